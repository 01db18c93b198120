// The whole server in this process, wired like `parley serve`, on a disk with faults: a port chosen by the system, no rate limits. Runs
// until it is stopped or destroyed, or until `lose_power`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/jwt/jwt_authenticator.hpp"
#include "base/entropy.hpp"
#include "base/log_sink.hpp"
#include "http_api/http_api.hpp"
#include "ice/udp/udp_ice_checker.hpp"
#include "relay/local/local_relay.hpp"
#include "server/server.hpp"
#include "service/chat_service.hpp"
#include "store/embedded/embedded_store.hpp"
#include "support/faulty_file_system.hpp"

namespace parley::test {

class ChatSystem {
 public:
  using Syncing = store::embedded::Syncing;

  /// Throws std::runtime_error if the store refuses to open.
  explicit ChatSystem(const std::string& directory, Syncing syncing = Syncing::real,
                      service::IdentitySource identity = service::IdentitySource::claims, unsigned event_loops = 2);
  ~ChatSystem();
  ChatSystem(const ChatSystem&) = delete;
  ChatSystem& operator=(const ChatSystem&) = delete;

  [[nodiscard]] std::uint16_t port() const { return server_.port(); }
  [[nodiscard]] FaultyFileSystem& files() { return *files_; }
  [[nodiscard]] std::vector<EventLoop*> loops() { return server_.loops(); }
  [[nodiscard]] static std::string token(std::string_view user, std::string_view role);

  /// When this returns, the user is in the store.
  void put_user(const domain::User& user);

  /// The machine loses power now: all unsynced data is lost, and the server stops serving.
  void lose_power();

 private:
  void stop();

  std::shared_ptr<FaultyFileSystem> files_ = std::make_shared<FaultyFileSystem>();
  SystemClock clock_;
  NullLogSink logs_;
  server::Server server_;
  std::unique_ptr<store::embedded::EmbeddedStore> store_;
  relay::LocalRelay relay_;
  auth::JwtAuthenticator authenticator_;
  ice::UdpIceChecker ice_checker_{clock_, [] { return std::make_unique<SystemEntropy>(); }};
  service::ChatService service_;
  http_api::HttpApi http_api_;
  std::thread thread_;
};

}  // namespace parley::test
