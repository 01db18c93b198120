#include "load/poller.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "load/load_failure.hpp"

namespace parley::bench {

namespace {

constexpr int ready_max = 512;  // per turn: a small number, so that due messages are sent in time

void control(int poller, int operation, int descriptor, std::uint32_t events, void* target) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = target;
  if (::epoll_ctl(poller, operation, descriptor, &event) != 0) {
    throw LoadFailure(std::string("epoll_ctl: ") + std::strerror(errno));
  }
}

}  // namespace

Poller::Poller() : descriptor_(::epoll_create1(EPOLL_CLOEXEC)), receive_buffer_(new char[receive_buffer_bytes]) {
  if (descriptor_ < 0) throw LoadFailure(std::string("epoll_create1: ") + std::strerror(errno));
}

Poller::~Poller() {
  ::close(descriptor_);
}

void Poller::add(int descriptor, std::uint32_t events, Target& target) {
  control(descriptor_, EPOLL_CTL_ADD, descriptor, events, &target);
}

void Poller::change(int descriptor, std::uint32_t events, Target& target) {
  control(descriptor_, EPOLL_CTL_MOD, descriptor, events, &target);
}

void Poller::remove(int descriptor) {
  control(descriptor_, EPOLL_CTL_DEL, descriptor, 0, nullptr);
}

void Poller::wait(std::chrono::nanoseconds timeout) {
  const auto nanoseconds = std::max<std::int64_t>(timeout.count(), 0);
  const timespec limit{nanoseconds / 1'000'000'000, nanoseconds % 1'000'000'000};
  std::array<epoll_event, ready_max> events;
  const int count = ::epoll_pwait2(descriptor_, events.data(), ready_max, &limit, nullptr);
  if (count < 0 && errno != EINTR) throw LoadFailure(std::string("epoll_pwait2: ") + std::strerror(errno));
  for (int index = 0; index < count; ++index) {
    static_cast<Target*>(events[static_cast<std::size_t>(index)].data.ptr)->on_ready(events[static_cast<std::size_t>(index)].events);
  }
}

}  // namespace parley::bench
