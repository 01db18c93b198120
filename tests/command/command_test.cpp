// The program as its users run it: it starts, stops and restarts, and a refusal to start names the problem, its place and the fix.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "command_fixture.hpp"

namespace parley::test {
namespace {

TEST_F(Command, a_store_that_cannot_be_opened_is_refused_with_1) {
  const auto finished = run({"serve", "--jwt-secret-file", secret(), "--data", secret() + "/below-a-file", "--listen", "127.0.0.1:0"});
  EXPECT_EQ(finished.exit_code, 1);
  EXPECT_NE(finished.output.find("below-a-file"), std::string::npos) << finished.output;
}

TEST_F(Command, what_is_in_the_place_of_the_data_folder_is_named) {
  const auto refusal = [&](const std::string& place) {
    const auto finished = run({"serve", "--jwt-secret-file", secret(), "--data", place, "--listen", "127.0.0.1:0"});
    EXPECT_EQ(finished.exit_code, 1) << finished.output;
    EXPECT_EQ(finished.output.find("install -d"), std::string::npos) << finished.output;
    EXPECT_NE(finished.output.find("--data DIR"), std::string::npos) << finished.output;
    return finished.output;
  };
  const auto expect_said = [](const std::string& said, const std::string& words) {
    EXPECT_NE(said.find(words), std::string::npos) << said;
  };
  const std::string cannot_open = "Cannot open data folder ";
  expect_said(refusal(secret()), cannot_open + secret() + ": " + secret() + " is a file.");
  expect_said(refusal(secret() + "/"), secret() + " is a file.");
  expect_said(refusal(secret() + "/below/it"), cannot_open + secret() + "/below/it: " + secret() + " is a file.");
  std::filesystem::create_symlink(secret(), folder + "/to-a-file");
  expect_said(refusal(folder + "/to-a-file"), folder + "/to-a-file is a file.");
  std::filesystem::create_symlink("nowhere", folder + "/dangling");
  expect_said(refusal(folder + "/dangling"), folder + "/dangling is a symbolic link to nowhere, which does not exist.");
  expect_said(refusal(folder + "/dangling/below"), folder + "/dangling is a symbolic link to nowhere, which does not exist.");
  ASSERT_EQ(mkfifo((folder + "/pipe").c_str(), 0600), 0);
  expect_said(refusal(folder + "/pipe"), folder + "/pipe is a named pipe.");
  expect_said(refusal("/dev/null"), "/dev/null is a device.");
}

TEST_F(Command, a_link_to_a_folder_is_a_data_folder) {
  std::filesystem::create_directory(folder + "/real");
  std::filesystem::create_directory_symlink("real", data());
  ChildProcess server(serve());
  EXPECT_TRUE(server.wait_for("message=serving")) << server.output();
}

TEST_F(Command, starts_and_a_signal_ends_it_with_0) {
  for (const int number : {SIGTERM, SIGINT}) {
    ChildProcess server(serve());
    ASSERT_TRUE(server.wait_for("message=serving")) << server.output();
    server.signal(number);
    EXPECT_EQ(server.wait(), 0) << server.output();
    EXPECT_NE(server.output().find("message=stopped"), std::string::npos);
  }
}

/// A request whose body never arrives in full, so that the server has something to wait for.
class HalfRequest {
 public:
  explicit HalfRequest(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    // The server answers the first request completely, so it must have begun to read the second one.
    send("GET / HTTP/1.1\r\nHost: x\r\n\r\nPOST /api/chat/store HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{");
    char byte = 0;
    EXPECT_EQ(recv(socket_, &byte, 1, 0), 1);
  }
  ~HalfRequest() { close(socket_); }
  HalfRequest(const HalfRequest&) = delete;
  HalfRequest& operator=(const HalfRequest&) = delete;

 private:
  void send(std::string_view bytes) const { EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), 0), static_cast<ssize_t>(bytes.size())); }

  int socket_;
};

TEST_F(Command, a_second_signal_ends_it_at_once) {
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("threads=1\n"));
  const HalfRequest held(static_cast<std::uint16_t>(std::stoi(between(server.output(), "address=127.0.0.1:", " "))));
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_for("message=stopping")) << server.output();
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 1) << server.output();
  EXPECT_EQ(server.output().find("message=stopped"), std::string::npos);
}

TEST_F(Command, other_signals_are_told_and_do_not_end_it) {
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("threads=1\n")) << server.output();
  for (const auto& [number, name] : {std::pair{SIGHUP, "SIGHUP"}, {SIGUSR1, "SIGUSR1"}, {SIGUSR2, "SIGUSR2"}, {SIGALRM, "SIGALRM"}}) {
    server.signal(number);
    EXPECT_TRUE(server.wait_for("signal=" + std::string(name))) << server.output();
  }
  server.signal(SIGPIPE);
  server.signal(SIGXFSZ);
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 0) << server.output();
}

TEST_F(Command, a_hangup_while_it_stops_does_not_end_it_at_once) {
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("threads=1\n"));
  const HalfRequest held(static_cast<std::uint16_t>(std::stoi(between(server.output(), "address=127.0.0.1:", " "))));
  server.signal(SIGTERM);
  ASSERT_TRUE(server.wait_for("message=stopping")) << server.output();
  server.signal(SIGHUP);
  ASSERT_TRUE(server.wait_for("signal=SIGHUP")) << server.output();
  server.signal(SIGTERM);
  EXPECT_EQ(server.wait(), 1) << server.output();
}

TEST_F(Command, a_file_that_reaches_its_limit_of_size_fails_the_store_and_not_the_process) {
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("threads=1\n")) << server.output();
  const rlimit none{0, RLIM_INFINITY};
  ASSERT_EQ(prlimit(server.id(), RLIMIT_FSIZE, &none, nullptr), 0);
  const auto url = "http://127.0.0.1:" + between(server.output(), "address=127.0.0.1:", " ");
  const auto refused = run({"session", "--url", url, "--jwt-secret-file", secret(), "--doctor", "ada", "--patient", "bob"});
  EXPECT_EQ(refused.exit_code, 1) << refused.output;
  EXPECT_TRUE(server.wait_for("File too large")) << server.output();
  EXPECT_NE(server.output().find("writing has stopped until restart"), std::string::npos) << server.output();
  server.signal(SIGTERM);
  EXPECT_LT(server.wait(), 128) << server.output();
}

TEST_F(Command, killed_it_leaves_nothing_in_shared_memory) {
  ChildProcess server(serve());
  const std::string counters = "/dev/shm/mongoc-" + std::to_string(server.id());  // the name that libmongoc gives to its counters
  ASSERT_TRUE(server.wait_for("threads=1\n")) << server.output();
  server.signal(SIGKILL);
  EXPECT_EQ(server.wait(), 128 + SIGKILL);
  EXPECT_FALSE(std::filesystem::exists(counters));
}

TEST_F(Command, counters_that_a_killed_process_left_in_shared_memory_are_no_matter) {
  // The shell keeps its number when it becomes parley, so libmongoc wants the name that is taken here.
  FILE* parley = popen("echo $$; touch /dev/shm/mongoc-$$ && exec " PARLEY_BINARY_DIR "/parley help 2>&1", "r");
  ASSERT_NE(parley, nullptr);
  std::string output;
  for (int byte = fgetc(parley); byte != EOF; byte = fgetc(parley)) output += static_cast<char>(byte);
  EXPECT_EQ(pclose(parley), 0);
  const auto end_of_number = output.find('\n');
  ASSERT_NE(end_of_number, std::string::npos) << output;
  EXPECT_TRUE(output.substr(end_of_number + 1).starts_with("Parley: ")) << output;
  EXPECT_FALSE(std::filesystem::exists("/dev/shm/mongoc-" + output.substr(0, end_of_number)));
}

TEST_F(Command, says_in_one_line_what_it_runs) {
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("threads=1\n")) << server.output();
  for (const std::string& part : std::vector<std::string>{"version=", "commit=", "address=127.0.0.1:", "store=" + data()}) {
    EXPECT_NE(server.output().find(part), std::string::npos) << part;
  }
}

TEST_F(Command, a_busy_port_and_a_busy_folder_are_refused_with_1) {
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("threads=1\n"));
  const auto address = "127.0.0.1:" + between(server.output(), "address=127.0.0.1:", " ");
  auto other = serve(address);
  other[2] = folder + "/other-data";
  const auto busy_port = run(other);
  EXPECT_EQ(busy_port.exit_code, 1) << busy_port.output;
  EXPECT_NE(busy_port.output.find(address), std::string::npos) << busy_port.output;
  EXPECT_NE(busy_port.output.find("--listen ADDR:PORT, or make run LISTEN=ADDR:PORT"), std::string::npos) << busy_port.output;
  const auto busy_folder = run(serve());
  EXPECT_EQ(busy_folder.exit_code, 1) << busy_folder.output;
  EXPECT_NE(busy_folder.output.find(data()), std::string::npos) << busy_folder.output;
}

unsigned mode_of(const std::string& path) {
  struct stat status{};
  EXPECT_EQ(stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777U;
}

TEST_F(Command, a_new_data_folder_is_its_owners_alone_and_an_open_one_is_warned_of) {
  ASSERT_EQ(chmod(secret().c_str(), 0600), 0);
  {
    ChildProcess server(serve());
    ASSERT_TRUE(server.wait_for("message=serving")) << server.output();
    EXPECT_EQ(mode_of(data()), 0700U);
    EXPECT_EQ(server.output().find("level=warning"), std::string::npos) << server.output();
  }
  ASSERT_EQ(chmod(data().c_str(), 0755), 0);
  ASSERT_EQ(chmod(secret().c_str(), 0644), 0);
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("message=serving")) << server.output();
  EXPECT_EQ(mode_of(data()), 0755U) << "whoever opened it may have meant to";
  EXPECT_NE(server.output().find("chmod 700 it\" folder=" + data() + " mode=755"), std::string::npos) << server.output();
  EXPECT_NE(server.output().find("chmod 600 it\" file=" + secret() + " mode=644"), std::string::npos) << server.output();
}

TEST_F(Command, session_makes_a_session_and_finds_it_again) {
  ChildProcess server(serve());
  ASSERT_TRUE(server.wait_for("threads=1\n"));
  const auto url = "http://127.0.0.1:" + between(server.output(), "address=127.0.0.1:", " ");
  const std::vector<std::string> words = {"session",
                                          "--url",
                                          url,
                                          "--jwt-secret-file",
                                          secret(),
                                          "--doctor",
                                          "65f000000000000000000001",
                                          "--patient",
                                          "65f000000000000000000002"};
  const auto first = run(words);
  EXPECT_EQ(first.exit_code, 0) << first.output;
  EXPECT_EQ(first.output.size(), 37U) << first.output;
  const auto second = run(words);
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_NE(second.output.find(first.output), std::string::npos) << second.output;
  auto refused = words;
  refused.insert(refused.end(), {"--token", "garbage"});
  EXPECT_EQ(run(refused).exit_code, 1);
  server.signal(SIGKILL);
  EXPECT_EQ(server.wait(), 128 + SIGKILL);
  const auto nobody = run(words);
  EXPECT_EQ(nobody.exit_code, 1);
  EXPECT_EQ(nobody.output, "parley: No server answers at " + url + ". Start one with `parley serve`, or say where it is with --url.\n");
}

TEST_F(Command, a_demo_finds_its_session_again_after_kill) {
  const std::vector<std::string> words = {"demo", "--data", data(), "--listen", "127.0.0.1:0", "--threads", "1"};
  std::string first;
  {
    ChildProcess demo(words);
    ASSERT_TRUE(demo.wait_for("Hello from curl")) << demo.output();
    first = between(demo.output(), "&session=", "\n");
    EXPECT_EQ(first.size(), 36U) << demo.output();
    demo.signal(SIGKILL);
    EXPECT_EQ(demo.wait(), 128 + SIGKILL);
  }
  struct stat status{};
  ASSERT_EQ(stat((data() + "/demo-jwt-secret").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_EQ(mode_of(data()), 0700U);
  ChildProcess demo(words);
  ASSERT_TRUE(demo.wait_for("Hello from curl")) << demo.output();
  EXPECT_EQ(between(demo.output(), "&session=", "\n"), first);
  const auto token = run({"token", "--data", data(), "--id", "65f000000000000000000001", "--role", "patient", "--expires", "1h"});
  EXPECT_EQ(token.exit_code, 0) << token.output;
  EXPECT_EQ(std::ranges::count(token.output, '.'), 2);
}

TEST_F(Command, log_lines_can_be_json) {
  auto words = serve();
  words.insert(words.end(), {"--log-format", "json"});
  ChildProcess server(words);
  ASSERT_TRUE(server.wait_for("\"message\":\"serving\"")) << server.output();
  EXPECT_TRUE(server.output().starts_with("{\"time\":\"")) << server.output();
}

}  // namespace
}  // namespace parley::test
