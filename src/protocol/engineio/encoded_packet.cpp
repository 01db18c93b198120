// The shared packet. std::allocate_shared makes one block for counter and object. An allocator that requests more memory gets room for the
// bytes after them, so a broadcast costs one allocation.
#include "protocol/engineio/encoded_packet.hpp"

#include <algorithm>
#include <cstring>
#include <new>

#include "protocol/engineio/packet.hpp"
#include "protocol/websocket/frame_codec.hpp"

namespace parley::protocol::engineio {

/// Allocates `tail_size` bytes more than requested and returns their address in `tail`.
template <typename T>
struct TailAllocator {
  using value_type = T;

  TailAllocator(std::size_t size, char** address) : tail_size(size), tail(address) {}
  template <typename U>
  TailAllocator(const TailAllocator<U>& other) : tail_size(other.tail_size), tail(other.tail) {}  // NOLINT: allocators convert

  T* allocate(std::size_t count) {
    void* block = ::operator new(count * sizeof(T) + tail_size);
    *tail = static_cast<char*>(block) + count * sizeof(T);
    return static_cast<T*>(block);
  }
  void deallocate(T* block, std::size_t) { ::operator delete(block); }

  template <typename U, typename... Arguments>
  void construct(U* place, Arguments&&... arguments) {
    ::new (static_cast<void*>(place)) U(std::forward<Arguments>(arguments)...);
  }
  template <typename U>
  void destroy(U* object) {
    object->~U();
  }

  friend bool operator==(const TailAllocator&, const TailAllocator&) { return true; }

  std::size_t tail_size;
  char** tail;  // a variable of the caller; used by allocate only
};

struct EncodedPacket::Builder {
  /// A packet with room for `frames_size` bytes, at `*bytes`.
  static std::shared_ptr<EncodedPacket> make(std::size_t frames_size, char** bytes) {
    auto packet = std::allocate_shared<EncodedPacket>(TailAllocator<EncodedPacket>(frames_size, bytes));
    packet->frames_ = {*bytes, frames_size};
    return packet;
  }

  static std::size_t frame_size(std::size_t payload_size) { return websocket::frame_header_size(payload_size) + payload_size; }

  // std::ranges::copy of a view copies byte by byte in g++ 12 (seen with callgrind).
  static char* put(char* out, std::string_view bytes) {
    if (!bytes.empty()) std::memcpy(out, bytes.data(), bytes.size());
    return out + bytes.size();
  }

  static char* write_binary_frame(char* out, BytesView payload) {
    out += websocket::write_frame_header(out, websocket::Opcode::binary, payload.size());
    return put(out, payload);
  }
};

std::shared_ptr<const EncodedPacket> EncodedPacket::text(std::initializer_list<std::string_view> pieces) {
  std::size_t size = 0;
  for (const std::string_view piece : pieces) {
    size += piece.size();
  }
  char* out = nullptr;
  auto packet = Builder::make(Builder::frame_size(size), &out);
  packet->header_size_ = websocket::write_frame_header(out, websocket::Opcode::text, size);
  packet->text_size_ = size;
  out += packet->header_size_;
  for (const std::string_view piece : pieces) {
    out = Builder::put(out, piece);
  }
  return packet;
}

std::shared_ptr<const EncodedPacket> EncodedPacket::text(std::string_view engineio_packet) {
  return text({engineio_packet});
}

std::shared_ptr<const EncodedPacket> EncodedPacket::with_attachments(std::string_view engineio_packet, std::span<const Bytes> attachments) {
  std::size_t size = Builder::frame_size(engineio_packet.size());
  for (const Bytes& attachment : attachments) {
    size += Builder::frame_size(attachment.size());
  }
  char* out = nullptr;
  auto packet = Builder::make(size, &out);
  packet->header_size_ = websocket::write_frame_header(out, websocket::Opcode::text, engineio_packet.size());
  packet->text_size_ = engineio_packet.size();
  out = Builder::put(out + packet->header_size_, engineio_packet);
  for (const Bytes& attachment : attachments) {
    out = Builder::write_binary_frame(out, attachment);
  }
  packet->attachments_.assign(attachments.begin(), attachments.end());
  return packet;
}

std::shared_ptr<const EncodedPacket> EncodedPacket::binary(BytesView message) {
  char* out = nullptr;
  auto packet = Builder::make(Builder::frame_size(message.size()), &out);
  Builder::write_binary_frame(out, message);
  packet->attachments_.emplace_back(message);
  return packet;
}

void append_to_payload(std::string& payload, const EncodedPacket& packet) {
  if (!packet.text_packet().empty()) {
    append_text(payload, packet.text_packet());
  }
  for (const Bytes& attachment : packet.attachments()) {
    append_binary(payload, attachment);
  }
}

void append_base64_frames(std::string& out, const EncodedPacket& packet) {
  if (!packet.text_packet().empty()) {
    websocket::append_frame(out, websocket::Opcode::text, packet.text_packet());
  }
  for (const Bytes& attachment : packet.attachments()) {
    websocket::append_frame(out, websocket::Opcode::text, 'b' + to_base64(attachment));
  }
}

}  // namespace parley::protocol::engineio
