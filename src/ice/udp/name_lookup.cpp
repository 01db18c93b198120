#include "ice/udp/name_lookup.hpp"

#include <netdb.h>

#include <atomic>
#include <cstring>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "base/limits.hpp"

namespace parley::ice {

namespace {

std::atomic<std::size_t> threads_running = 0;  // of the whole process: a thread may outlive its lookup

LookupResult resolve(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_DGRAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
  if (failure != 0) return {{}, gai_strerror(failure)};
  LookupResult result;
  for (const addrinfo* each = found; each != nullptr; each = each->ai_next) {
    SocketAddress& address = result.addresses.emplace_back();
    std::memcpy(&address.storage, each->ai_addr, each->ai_addrlen);
    address.size = each->ai_addrlen;
  }
  freeaddrinfo(found);
  return result;
}

}  // namespace

struct NameLookup::Shared {
  std::mutex mutex;  // guards both members
  std::optional<LookupResult> result;
  std::function<void()> on_found;  // empty: the lookup was destroyed

  void finish(LookupResult found) {
    const std::lock_guard lock(mutex);
    result = std::move(found);
    if (on_found) on_found();
  }
};

std::unique_ptr<NameLookup> NameLookup::start(const std::string& host, std::uint16_t port, std::function<void()> on_found) {
  auto shared = std::make_shared<Shared>();
  auto lookup = std::unique_ptr<NameLookup>(new NameLookup(shared));
  if (auto numeric = resolve(host, port, AI_NUMERICHOST); !numeric.addresses.empty()) {
    shared->result = std::move(numeric);
    on_found();
    return lookup;
  }
  shared->on_found = std::move(on_found);
  if (threads_running.fetch_add(1) >= limits::ice_servers_max) {
    threads_running.fetch_sub(1);
    shared->finish({{}, "earlier lookups have not come back yet"});
    return lookup;
  }
  try {
    std::thread([shared, host, port] {
      shared->finish(resolve(host, port, AI_ADDRCONFIG));
      threads_running.fetch_sub(1);
    }).detach();
  } catch (const std::system_error&) {
    threads_running.fetch_sub(1);
    shared->finish({{}, "the system gives no thread to look it up"});
  }
  return lookup;
}

NameLookup::~NameLookup() {
  const std::lock_guard lock(shared_->mutex);
  shared_->on_found = nullptr;
}

std::optional<LookupResult> NameLookup::take() {
  const std::lock_guard lock(shared_->mutex);
  return std::exchange(shared_->result, std::nullopt);
}

}  // namespace parley::ice
