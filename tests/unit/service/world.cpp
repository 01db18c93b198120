#include "unit/service/world.hpp"

#include <utility>

#include "support/seeded_entropy.hpp"

namespace parley::test {

namespace socketio = protocol::socketio;

void Socket::emit(std::string_view event, std::string_view json, std::optional<std::uint64_t> ack) {
  std::string array = "[\"" + std::string(event) + "\"";
  if (!json.empty()) array += "," + std::string(json);
  emit_raw(event, array + "]", ack);
}

void Socket::emit_raw(std::string_view event, std::string_view array, std::optional<std::uint64_t> ack) {
  handler->on_event({event, array, ack, {}});
}

void Socket::disconnect(socketio::DisconnectReason reason) {
  handler->on_disconnect(reason);
  handler.reset();
}

std::vector<std::string> Socket::take(std::string_view event) {
  const std::string start = "42[\"" + std::string(event) + "\"";
  std::vector<std::string> all = take();
  std::erase_if(all, [&](const std::string& packet) { return !packet.starts_with(start); });
  return all;
}

World::World(service::ServiceConfig config, std::size_t loop_count) : config_(std::move(config)) {
  for (std::size_t index = 0; index < loop_count; ++index) loops.push_back(std::make_unique<ManualLoop>(index));
  introduce("doctor", "doctor");
  introduce("patient", "patient");
  introduce("stranger", "patient");
  introduce("admin", "admin");
  build();
}

World::~World() {
  run();
}

service::ServiceConfig World::unlimited() {
  service::ServiceConfig config;
  config.rates = service::no_event_rates;
  config.connections_total_max = config.connections_per_address_max = config.connections_per_user_max = 0;
  return config;
}

void World::build() {
  service::Dependencies dependencies{
      {},   ports,       relay,           authenticator, clock, [this] { return std::make_unique<SeededEntropy>(seed_++); },
      logs, ice_checker, read_turn_secret};
  for (const auto& loop : loops) dependencies.loops.push_back(loop.get());
  service = std::make_unique<ChatService>(std::move(dependencies), config_);
}

void World::run() {
  for (bool ran = true; ran;) {
    ran = worker.run_pending() > 0;
    for (const auto& loop : loops) ran = loop->run_pending() > 0 || ran;
  }
}

void World::restart() {
  restart(config_);
}

void World::restart(service::ServiceConfig config) {
  run();
  service.reset();
  config_ = std::move(config);
  build();
}

User World::introduce(const std::string& name, const std::string& role) {
  User user;
  ObjectId id;
  id.bytes[0] = 0x50;
  id.bytes[11] = static_cast<std::uint8_t>(authenticator.users.size() + 1);
  user.id = UserId::of(id);
  user.role = {role};
  user.email = name + "@example.org";
  user.name = name;
  return authenticator.users[name] = user;
}

namespace {

/// The socket must still exist when the decision arrives, because that may be later.
socketio::Decide decision_for(Socket& socket) {
  return [&socket](socketio::ConnectDecision decision) {
    EXPECT_EQ(socket.handler, nullptr) << "decided twice";
    if (decision) {
      socket.handler = std::move(decision->socket);
      return;
    }
    socket.refusal = decision.error().message;
    socket.refusal_data = decision.error().data_json;
  };
}

}  // namespace

std::unique_ptr<Socket> World::connect(const std::string& name, std::size_t loop, const std::string& address) {
  auto socket = std::make_unique<Socket>();
  socket->peer = std::make_shared<TestPeer>(*loops[loop], socketio::Handshake{"sid-" + name, address, "test agent", ""});
  service->namespace_handler().on_connect({"/", "{\"token\":\"" + name + "\"}"}, socket->peer, decision_for(*socket));
  return socket;
}

std::unique_ptr<Socket> World::connect_raw(std::string_view auth_json, const std::string& query, const std::string& address) {
  auto socket = std::make_unique<Socket>();
  socket->peer = std::make_shared<TestPeer>(*loops[0], socketio::Handshake{"sid", address, "", query});
  service->namespace_handler().on_connect({"/", auth_json}, socket->peer, decision_for(*socket));
  return socket;
}

namespace {

template <typename T, typename Start>
Result<T> ask(World& world, Start start) {
  auto [answer, done] = expect_answer<T>();
  start(std::move(done));
  world.run();
  if (answer->has_value()) return std::move(**answer);
  ADD_FAILURE() << "no answer";
  return refuse(ErrorCode::internal, "no answer");
}

}  // namespace

SessionId World::create(const std::string& doctor, const std::string& patient) {
  auto created = ask<domain::SessionView>(*this, [&](auto done) {
    service->create_session(*loops[0], caller(doctor), {text_field(authenticator.users.at(patient).id.to_string()), {}}, std::move(done));
  });
  EXPECT_TRUE(created.has_value()) << created.error().message;
  return created ? created->row.id : SessionId();
}

SessionNumber World::number_of(const SessionId& session) {
  const auto row = store.find_session(session);
  return row && *row ? (*row)->number : SessionNumber();
}

std::vector<domain::Entry> World::log_of(const SessionId& session) {
  std::vector<domain::Entry> entries;
  for (const auto& encoded : store.entries_of(number_of(session))) entries.push_back(*domain::decode_entry(encoded));
  return entries;
}

void World::intrude(const SessionId& session, domain::Draft draft, std::optional<domain::SessionRow> row) {
  const SessionNumber number = number_of(session);
  domain::Head head = domain::head_after(log_of(session).back());
  SeededEntropy entropy(1'000'000 + head.seq);
  store::Append append{.session = number, .expected = head.position()};
  if (row) append.row = std::make_shared<const domain::SessionRow>(*std::move(row));
  draft.time = clock.now();
  append.entries.push_back(domain::chain(head, number, std::move(draft), entropy).encoded);
  store.intrude(std::move(append));
}

domain::Draft World::text_of(const std::string& name, const std::string& text) const {
  const User& user = authenticator.users.at(name);
  domain::Draft draft;
  draft.sender = user.id;
  draft.sender_role = user.role;
  draft.text = text;
  return draft;
}

Answer<domain::MessageView> World::start_send(const std::string& name, const SessionId& session, const std::string& text,
                                              const std::string& key, std::size_t loop) {
  auto [answer, done] = expect_answer<domain::MessageView>();
  service->send_message(*loops[loop], caller(name), {field(session), text_field(text), text_field(key)}, std::move(done));
  return answer;
}

Result<domain::MessageView> World::send(const std::string& name, const SessionId& session, const std::string& text,
                                        const std::string& key) {
  return ask<domain::MessageView>(*this, [&](auto done) {
    service->send_message(*loops[0], caller(name), {field(session), text_field(text), text_field(key)}, std::move(done));
  });
}

Result<domain::SessionView> World::get(const std::string& name, const SessionId& session) {
  return ask<domain::SessionView>(*this,
                                  [&](auto done) { service->get_session(*loops[0], caller(name), field(session), std::move(done)); });
}

Result<domain::SessionView> World::start(const std::string& name, const SessionId& session) {
  return ask<domain::SessionView>(*this,
                                  [&](auto done) { service->start_session(*loops[0], caller(name), field(session), std::move(done)); });
}

Result<domain::EndView> World::end(const std::string& name, const SessionId& session) {
  return ask<domain::EndView>(*this, [&](auto done) { service->end_session(*loops[0], caller(name), field(session), std::move(done)); });
}

Answer<domain::SessionView> World::start_reopening(const std::string& name, const SessionId& session, std::size_t loop) {
  auto [answer, done] = expect_answer<domain::SessionView>();
  service->reopen_session(*loops[loop], caller(name), field(session), std::move(done));
  return answer;
}

Answer<domain::SessionView> World::start_creating(const std::string& doctor, const std::string& patient, std::size_t loop) {
  auto [answer, done] = expect_answer<domain::SessionView>();
  service->create_session(*loops[loop], caller(doctor), {text_field(authenticator.users.at(patient).id.to_string()), {}}, std::move(done));
  return answer;
}

Result<domain::SessionView> World::reopen(const std::string& name, const SessionId& session) {
  return ask<domain::SessionView>(*this,
                                  [&](auto done) { service->reopen_session(*loops[0], caller(name), field(session), std::move(done)); });
}

Result<domain::PageView> World::page(const std::string& name, service::ReadPage request) {
  return ask<domain::PageView>(*this, [&](auto done) { service->read_page(*loops[0], caller(name), request, std::move(done)); });
}

Result<std::vector<domain::MessageView>> World::history(const std::string& name, const SessionId& session) {
  return ask<std::vector<domain::MessageView>>(
      *this, [&](auto done) { service->read_history(*loops[0], caller(name), field(session), std::move(done)); });
}

Result<domain::EntriesView> World::entries(const std::string& name, const SessionId& session, Result<domain::EntryRange> range) {
  return ask<domain::EntriesView>(
      *this, [&](auto done) { service->read_entries(*loops[0], caller(name), {field(session), std::move(range)}, std::move(done)); });
}

Result<domain::StatsView> World::stats(const std::string& name, const SessionId& session) {
  return ask<domain::StatsView>(*this, [&](auto done) { service->read_stats(*loops[0], caller(name), field(session), std::move(done)); });
}

Answer<service::Deleted> World::start_remove(const std::string& name, const std::string& message, std::size_t loop) {
  auto [answer, done] = expect_answer<service::Deleted>();
  service->delete_message(*loops[loop], caller(name), message, std::move(done));
  return answer;
}

Result<service::Deleted> World::remove(const std::string& name, const std::string& message) {
  return ask<service::Deleted>(*this, [&](auto done) { service->delete_message(*loops[0], caller(name), message, std::move(done)); });
}

std::vector<std::string> World::texts(const SessionId& session, const std::string& name) {
  std::vector<std::string> texts;
  const auto messages = history(name, session);
  EXPECT_TRUE(messages.has_value()) << messages.error().message;
  if (messages) {
    for (const auto& message : *messages) texts.push_back(message.text);
  }
  return texts;
}

Room::Room(service::ServiceConfig config) : world(std::move(config)), session(world.create()) {
  doctor = world.connect("doctor", 0);
  patient = world.connect("patient", world.loops.size() - 1);
  for (Socket* socket : {doctor.get(), patient.get()}) {
    socket->emit("join-session", session_json(session));
    world.run();
  }
  doctor->take();
  patient->take();
}

void Room::say(Socket& socket, std::string_view text, std::string_view key, std::optional<std::uint64_t> ack) {
  socket.emit("chat-message", message_json(session, text, key), ack);
}

std::string message_json(const SessionId& session, std::string_view text, std::string_view key) {
  std::string json = "{\"sessionId\":\"" + session.to_string() + "\",\"message\":\"" + std::string(text) + "\"";
  if (!key.empty()) json += ",\"clientMessageId\":\"" + std::string(key) + "\"";
  return json + "}";
}

std::string session_json(const SessionId& session) {
  return "{\"sessionId\":\"" + session.to_string() + "\"}";
}

}  // namespace parley::test
