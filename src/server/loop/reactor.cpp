#include "server/loop/reactor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <span>
#include <system_error>
#include <utility>

#include "base/assert.hpp"

namespace parley::server {

namespace {

constexpr std::uint32_t broken = EPOLLERR | EPOLLHUP;  // reported whether wanted or not (epoll_ctl(2))
constexpr int forever = -1;

Descriptor opened(int descriptor, const char* call) {
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), call);
  return Descriptor(descriptor);
}

}  // namespace

Watch::~Watch() {
  // A failure would mean that the kernel does not know the descriptor any more, which is what is wanted.
  if (enrolled_ != 0) epoll_ctl(epoll(), EPOLL_CTL_DEL, descriptor_, nullptr);
  reactor_.forget(*this);
}

void Watch::want_read() {
  reading_ = true;
  enroll(enrolled_ | EPOLLIN);
}

void Watch::want_write() {
  writing_ = true;
  enroll(enrolled_ | EPOLLOUT);
}

void Watch::set_precedence(Precedence precedence) {
  if (precedence == precedence_) return;
  const std::uint32_t events = enrolled_;
  enroll(0);
  precedence_ = precedence;
  enroll(events);
}

int Watch::epoll() const {
  return precedence_ == Precedence::usual ? reactor_.epoll_.get() : reactor_.yielding_.get();
}

void Watch::on_event(std::uint32_t what) {
  const bool readable = (what & (EPOLLIN | broken)) != 0;
  const bool writable = (what & (EPOLLOUT | broken)) != 0;
  const bool unwanted = (!readable || !reading_) && (!writable || !writing_);
  const Reactor& reactor = reactor_;  // this watch may be destroyed by each call
  if (readable && std::exchange(reading_, false)) ready_.on_readable();
  if (reactor.ringing_ == nullptr) return;
  if (writable && std::exchange(writing_, false)) ready_.on_writable();
  if (reactor.ringing_ == nullptr) return;
  // A reader nearly always wants more, so its registration stays until an event shows that it does not. A writer seldom does, and a socket
  // can be written nearly always.
  const bool written = (enrolled_ & EPOLLOUT) != 0 && !writing_;
  if (unwanted || written) enroll(wanted());
}

std::uint32_t Watch::wanted() const {
  return (reading_ ? std::uint32_t{EPOLLIN} : 0) | (writing_ ? std::uint32_t{EPOLLOUT} : 0);
}

/// A descriptor for which nothing is wanted is taken out: the kernel would go on to report that it is broken.
void Watch::enroll(std::uint32_t events) {
  if (events == enrolled_) return;
  epoll_event event{.events = events, .data = {.ptr = this}};
  const int operation = enrolled_ == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
  enrolled_ = events;
  reactor_.calls_.watch_changes.fetch_add(1, std::memory_order_relaxed);
  if (epoll_ctl(epoll(), operation, descriptor_, &event) == 0) return;
  throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

Reactor::Reactor()
    : epoll_(opened(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      yielding_(opened(epoll_create1(EPOLL_CLOEXEC), "epoll_create1")),
      wake_(opened(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), "eventfd")) {
  // Edge-triggered, so that nobody has to read the counter: each write is an edge.
  add(wake_.get(), EPOLLIN | EPOLLET, nullptr);
  add(yielding_.get(), EPOLLIN, &yielding_);
}

void Reactor::add(int descriptor, std::uint32_t events, void* mark) {
  epoll_event event{.events = events, .data = {.ptr = mark}};
  if (epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, descriptor, &event) != 0) throw std::system_error(errno, std::generic_category(), "epoll_ctl");
}

std::size_t Reactor::events_of(int epoll, std::span<epoll_event> events, int timeout) {
  calls_.waits.fetch_add(1, std::memory_order_relaxed);
  const int count = epoll_wait(epoll, events.data(), static_cast<int>(events.size()), timeout);
  PARLEY_ASSERT(count >= 0 || errno == EINTR);
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

void Reactor::gather(bool wait) {
  PARLEY_ASSERT(!has_events());
  next_ = 0;
  usual_ = count_ = events_of(epoll_.get(), std::span(events_).first(limits::events_per_round), wait ? forever : 0);
  const std::span<epoll_event> gathered = std::span(events_).first(count_);
  const auto marked = std::ranges::find_if(gathered, [this](const epoll_event& event) { return event.data.ptr == &yielding_; });
  if (marked == gathered.end()) return;
  *marked = events_[--usual_];
  count_ = usual_ + events_of(yielding_.get(), std::span(events_).subspan(usual_, limits::yielding_events_per_round), 0);
}

void Reactor::run_one() {
  const epoll_event event = events_[next_++];
  ringing_ = static_cast<Watch*>(event.data.ptr);
  if (ringing_ == nullptr) return;  // a wake, or a watch that was destroyed since
  ringing_->on_event(event.events);
  ringing_ = nullptr;
}

void Reactor::wake() {
  const std::uint64_t one = 1;
  const ssize_t written = write(wake_.get(), &one, sizeof one);
  PARLEY_ASSERT(written == sizeof one || errno == EAGAIN);  // EAGAIN: the counter is full, so a wake is pending
}

void Reactor::forget(const Watch& watch) {
  if (ringing_ == &watch) ringing_ = nullptr;
  for (std::size_t index = next_; index < count_; ++index) {
    if (events_[index].data.ptr == &watch) events_[index].data.ptr = nullptr;
  }
}

}  // namespace parley::server
