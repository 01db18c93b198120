#include "support/chat_system.hpp"

#include <stdexcept>

#include "base/entropy.hpp"
#include "load/token.hpp"

namespace parley::test {

using store::embedded::EmbeddedStore;

namespace {

constexpr std::string_view secret = "a secret that only these tests know";

server::ServerConfig server_config(unsigned event_loops) {
  server::ServerConfig config;
  config.port = 0;
  config.event_loops = event_loops;
  return config;
}

service::ServiceConfig service_config(service::IdentitySource identity) {
  service::ServiceConfig config;
  config.identity = identity;
  config.rates = service::no_event_rates;
  return config;
}

http_api::HttpApiConfig http_config() {
  http_api::HttpApiConfig config;
  config.limits = {.general = 0, .chat = 0, .sessions = 0, .session_creates = 0};
  return config;
}

std::unique_ptr<EmbeddedStore> open_store(const std::string& directory, store::embedded::EmbeddedDependencies dependencies) {
  auto opened = EmbeddedStore::open({.directory = directory}, std::move(dependencies));
  if (!opened) throw std::runtime_error("the store was not opened: " + opened.error().message);
  return *std::move(opened);
}

}  // namespace

ChatSystem::ChatSystem(const std::string& directory, Syncing syncing, service::IdentitySource identity, unsigned event_loops)
    : server_(server_config(event_loops), clock_, logs_),
      store_(open_store(directory, {.clock = clock_, .logs = logs_, .file_system = files_, .syncing = syncing})),
      authenticator_({.secret = std::string(secret)}, domain::RoleSet(), clock_),
      service_(
          {server_.loops(), *store_, relay_, authenticator_, clock_, [] { return std::make_unique<SystemEntropy>(); }, logs_, ice_checker_},
          service_config(identity)),
      http_api_({service_, clock_, logs_, [](const http_api::Figures&) { return std::string(); }, [] { return std::vector<std::string>(); },
                 [] { return std::uint64_t{0}; }},
                http_config()) {
  server_.set_http_handler(http_api_);
  server_.set_namespace_handler(service_.namespace_handler());
  if (const auto listening = server_.listen(); !listening) throw std::runtime_error(listening.error().message);
  thread_ = std::thread([this] { server_.run(); });
}

ChatSystem::~ChatSystem() {
  files_->release_syncs();
  stop();
}

std::string ChatSystem::token(std::string_view user, std::string_view role) {
  return bench::sign_token(secret, {.user_id = user, .role = role});
}

void ChatSystem::put_user(const domain::User& user) {
  store_->remember_user(user);
  for (auto stored = store_->find_user(user.id); !stored || stored->value_or(domain::User{}) != user; stored = store_->find_user(user.id)) {
    std::this_thread::yield();  // the time limit of the test ends a wait for a row that never comes
  }
}

void ChatSystem::lose_power() {
  files_->power_off();
  stop();
  files_->drop_unsynced();
}

void ChatSystem::stop() {
  if (!thread_.joinable()) return;
  server_.stop([this](auto finished) { service_.drain(*server_.loops().front(), std::move(finished)); });
  thread_.join();
  store_->stop();
}

}  // namespace parley::test
