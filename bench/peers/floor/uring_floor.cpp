// The floor on io_uring instead of epoll, to see what that would bring: one multishot receive for each connection into shared buffers, and
// all sends of a turn in the system call that waits for the next one.
//
//   bench_floor_uring PORT
#include <fcntl.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <unordered_map>

#include "chat.hpp"
#include "listen.hpp"

using parley::bench_floor::Chat;
using parley::bench_floor::Connection;
using parley::bench_floor::listen_on;

namespace {

constexpr unsigned ring_entries = 4096;
constexpr unsigned buffers = 2048;  // a power of two
constexpr std::size_t buffer_bytes = 8 * 1024;
constexpr int buffer_group = 0;
constexpr std::uint64_t send_mark = std::uint64_t{1} << 62;
constexpr std::uint64_t accept_mark = std::uint64_t{1} << 63;

void demand(int result, const char* what) {
  if (result < 0) throw std::runtime_error(std::string(what) + ": " + std::strerror(-result));
}

class UringFloor {
 public:
  explicit UringFloor(std::uint16_t port) : listener_(listen_on(port)) {
    io_uring_params params{};
    params.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE;
    params.cq_entries = 4 * ring_entries;
    demand(io_uring_queue_init_params(ring_entries, &ring_, &params), "io_uring_queue_init_params");
    give_buffers();
    ::fcntl(listener_, F_SETFL, 0);  // an accept on a descriptor that does not block would end at once
    io_uring_sqe* entry = next_entry();
    io_uring_prep_multishot_accept(entry, listener_, nullptr, nullptr, SOCK_CLOEXEC);
    io_uring_sqe_set_data64(entry, accept_mark);
  }

  [[noreturn]] void run() {
    for (;;) {
      demand(io_uring_submit_and_wait(&ring_, 1), "io_uring_submit_and_wait");
      chat_.start_turn();
      unsigned head = 0;
      unsigned count = 0;
      io_uring_cqe* completion = nullptr;
      io_uring_for_each_cqe(&ring_, head, completion) {
        ++count;
        on_completion(*completion);
      }
      io_uring_cq_advance(&ring_, count);
      for (Connection* connection : chat_.take_dirty()) send(*connection);
    }
  }

 private:
  void give_buffers() {
    const std::size_t ring_bytes = buffers * sizeof(io_uring_buf);
    void* memory = ::mmap(nullptr, ring_bytes, PROT_READ | PROT_WRITE, MAP_ANONYMOUS | MAP_PRIVATE, -1, 0);
    if (memory == MAP_FAILED) throw std::runtime_error("no memory for buffers");
    buffer_ring_ = static_cast<io_uring_buf_ring*>(memory);
    io_uring_buf_reg registration{};
    registration.ring_addr = reinterpret_cast<std::uint64_t>(memory);
    registration.ring_entries = buffers;
    registration.bgid = buffer_group;
    demand(io_uring_register_buf_ring(&ring_, &registration, 0), "io_uring_register_buf_ring");
    io_uring_buf_ring_init(buffer_ring_);
    for (unsigned index = 0; index < buffers; ++index) give_back(index);
  }

  [[nodiscard]] char* buffer(unsigned index) { return memory_.get() + index * buffer_bytes; }
  void give_back(unsigned index) {
    io_uring_buf_ring_add(buffer_ring_, buffer(index), buffer_bytes, static_cast<unsigned short>(index), io_uring_buf_ring_mask(buffers),
                          0);
    io_uring_buf_ring_advance(buffer_ring_, 1);
  }

  [[nodiscard]] io_uring_sqe* next_entry() {
    io_uring_sqe* entry = io_uring_get_sqe(&ring_);
    if (entry == nullptr) {
      demand(io_uring_submit(&ring_), "io_uring_submit");
      entry = io_uring_get_sqe(&ring_);
    }
    if (entry == nullptr) throw std::runtime_error("the submission queue is full");
    return entry;
  }

  void on_completion(const io_uring_cqe& completion) {
    const std::uint64_t mark = completion.user_data;
    if ((mark & accept_mark) != 0) return on_accepted(completion);
    const auto found = connections_.find(static_cast<int>(mark & ~send_mark));
    if (found == connections_.end()) return;
    Connection& connection = *found->second;
    if ((mark & send_mark) != 0)
      on_sent(connection, completion.res);
    else
      on_received(connection, completion);
  }

  void on_accepted(const io_uring_cqe& completion) {
    demand(completion.res, "accept");
    const int on = 1;
    ::setsockopt(completion.res, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    Connection& connection = *(connections_[completion.res] = std::make_unique<Connection>(completion.res));
    receive(connection);
  }

  void receive(Connection& connection) {
    io_uring_sqe* entry = next_entry();
    io_uring_prep_recv_multishot(entry, connection.descriptor, nullptr, 0, 0);
    entry->flags |= IOSQE_BUFFER_SELECT;
    entry->buf_group = buffer_group;
    io_uring_sqe_set_data64(entry, static_cast<std::uint64_t>(connection.descriptor));
  }

  void on_received(Connection& connection, const io_uring_cqe& completion) {
    bool is_good = completion.res > 0;
    if ((completion.flags & IORING_CQE_F_BUFFER) != 0) {
      const unsigned index = completion.flags >> IORING_CQE_BUFFER_SHIFT;
      if (is_good) is_good = chat_.on_bytes(connection, {buffer(index), static_cast<std::size_t>(completion.res)});
      give_back(index);
    }
    const bool goes_on = (completion.flags & IORING_CQE_F_MORE) != 0;
    if (completion.res == -ENOBUFS) is_good = true;
    if (is_good && !goes_on) return receive(connection);
    if (is_good) return;
    if (goes_on) {
      ::shutdown(connection.descriptor, SHUT_RDWR);  // the last completion of this receive comes then
      return;
    }
    connection.is_ended = true;
    chat_.on_closed(connection);
    if (connection.sending.empty()) destroy(connection);
  }

  void send(Connection& connection) {
    if (!connection.sending.empty() || connection.outbox.empty()) return;
    connection.sending.swap(connection.outbox);
    submit_send(connection);
  }

  void submit_send(Connection& connection) {
    io_uring_sqe* entry = next_entry();
    io_uring_prep_send(entry, connection.descriptor, connection.sending.data(), connection.sending.size(), MSG_NOSIGNAL);
    io_uring_sqe_set_data64(entry, static_cast<std::uint64_t>(connection.descriptor) | send_mark);
  }

  void on_sent(Connection& connection, int result) {
    if (result > 0) connection.sending.erase(0, static_cast<std::size_t>(result));
    if (result <= 0) connection.sending.clear();  // the receive reports the end
    if (!connection.sending.empty()) return submit_send(connection);
    if (connection.is_ended) return destroy(connection);
    send(connection);
  }

  void destroy(Connection& connection) {
    const int descriptor = connection.descriptor;
    connections_.erase(descriptor);
    ::close(descriptor);
  }

  io_uring ring_{};
  io_uring_buf_ring* buffer_ring_ = nullptr;
  std::unique_ptr<char[]> memory_{new char[buffers * buffer_bytes]};
  int listener_;
  Chat chat_;
  std::unordered_map<int, std::unique_ptr<Connection>> connections_;
};

}  // namespace

int main(int argc, char** argv) {
  return parley::bench_floor::run_on_port(argc, argv, [](std::uint16_t port) { UringFloor(port).run(); });
}
