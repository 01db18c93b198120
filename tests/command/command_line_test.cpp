// The command line of every subcommand: its help, the errors that say what was meant, and the settings in force.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "command_fixture.hpp"

namespace parley::test {
namespace {

TEST_F(Command, without_arguments_shows_the_help_and_leaves_with_2) {
  const auto finished = run({});
  EXPECT_EQ(finished.exit_code, 2);
  EXPECT_NE(finished.output.find("--jwt-secret-file FILE"), std::string::npos);
  EXPECT_EQ(run({"help"}).exit_code, 0);
  const auto of_serve = run({"serve", "--help"});
  EXPECT_EQ(of_serve.exit_code, 0);
  EXPECT_TRUE(of_serve.output.starts_with("parley serve [--flag value …]: run the server")) << of_serve.output;
  EXPECT_NE(of_serve.output.find("--listen ADDR:PORT"), std::string::npos);
  EXPECT_EQ(of_serve.output.find("load a running server"), std::string::npos) << "the other commands are not in it";
  EXPECT_EQ(run({"help", "serve"}).output, of_serve.output);
  const auto of_token = run({"token", "--help"});
  EXPECT_NE(of_token.output.find("--id ID"), std::string::npos) << of_token.output;
  EXPECT_NE(of_token.output.find("--jwt-secret-file FILE"), std::string::npos);
  EXPECT_EQ(of_token.output.find("--turn-url"), std::string::npos);
}

TEST_F(Command, the_help_of_bench_lists_workloads_and_the_help_of_a_workload_its_flags) {
  const auto all = run({"bench", "--help"});
  EXPECT_EQ(all.exit_code, 0);
  for (const std::string workload : {"relay", "store", "history", "connect"}) {
    EXPECT_NE(all.output.find("\n  " + workload + " "), std::string::npos) << all.output;
    const auto one = run({"bench", workload, "--help"});
    EXPECT_EQ(one.exit_code, 0);
    EXPECT_TRUE(one.output.starts_with("parley bench " + workload + " [--flag value …]: ")) << one.output;
    EXPECT_NE(one.output.find("--jwt-secret-file FILE"), std::string::npos) << one.output;
    EXPECT_EQ(run({"help", "bench", workload}).output, one.output);
  }
  EXPECT_EQ(run({"help", "bench"}).output, all.output);
}

TEST_F(Command, misunderstandings_leave_with_2_and_say_what_was_meant) {
  struct Case {
    std::vector<std::string> arguments, environment;
    std::string says;
  };
  for (const auto& [arguments, environment, says] : {
           Case{{"srve"}, {}, "Did you mean \"serve\"?"},
           Case{{"serve", "--lisen", "x"}, {}, "Did you mean --listen?"},
           Case{{"serve", "--listen"}, {}, "--listen needs a value: --listen ADDR:PORT"},
           Case{{"serve", "data"}, {}, "Unexpected \"data\""},
           Case{{"serve"}, {"PARLEY_DTA=x"}, "Did you mean PARLEY_DATA?"},
           Case{{"serve"}, {}, "give --jwt-secret-file secret"},
           Case{{"serve", "--jwt-secret-file", "/nowhere/secret"}, {}, "/nowhere/secret cannot be read"},
           Case{{"serve", "--listen", "3000"}, {}, "must be ADDR:PORT"},
           Case{{"serve", "--config", "/nowhere/parley.toml"}, {}, "/nowhere/parley.toml cannot be read"},
           Case{{"serve", "--store", "sqlite"}, {}, "must be `embedded`, or the URI"},
           Case{{"serve", "--jwt-secret-file", secret(), "--store", "mongodb://127.0.0.1:1"}, {}, "names no database"},
           Case{{"serve", "--jwt-secret-file", secret(), "--store", "mongodb://a:b@c@d/x"}, {}, "cannot be understood"},
           Case{{"serve", "--jwt-secret-file", secret(), "--store", "mongodb://h/x?tsl=true"}, {}, "does not know: \"tsl\""},
           Case{{"demo", "--data", data(), "--store", "mongodb://127.0.0.1:1"}, {}, "names no database"},
           Case{{"adopt", "--store", "mongodb://127.0.0.1:1"}, {}, "names no database"},
           Case{{"mirror", "--store", "mongodb://127.0.0.1:1/?tls=maybe"}, {}, "cannot be understood"},
           Case{{"adopt"}, {}, "There is nothing to adopt without a database."},
           Case{{"token", "--id", "two\nlines", "--role", "doctor"}, {}, "must be a user id of 1 to 64 bytes"},
           Case{{"token", "--role", "doctor"}, {}, "--id is missing"},
           Case{{"token", "--id", "65f000000000000000000001"}, {}, "--role is missing"},
           Case{{"session", "--url", "nonsense"}, {}, "must be http://ADDRESS:PORT"},
           Case{{"session"}, {}, "--patient is missing"},
           Case{{"session", "--patient", "65f000000000000000000001"}, {}, "--doctor is missing"},
           Case{{"serve", "--port", "3000"}, {}, "It is --listen ADDR:PORT here."},
           Case{{"serve", "--frob"}, {}, "`parley help` lists"},
           Case{{"bench"}, {}, "`parley bench --help`"},
           Case{{"bench", "--frob"}, {}, "`parley bench --help`"},
           Case{{"bench", "relay"}, {}, "bench: --jwt-secret-file is missing"},
           Case{{"bench", "relay", "--frob"}, {}, "`parley bench relay --help` lists"},
           Case{{"bench", "relay", "--sesions", "1"}, {}, "Did you mean --sessions?"},
           Case{{"bench", "relay", "--sessions"}, {}, "--sessions needs a value: --sessions N"},
           Case{{"bench", "connect", "--sessions", "0"}, {}, "--sessions \"0\" must be a whole number from 1 to 100000."},
           Case{{"bench", "history", "--pages", "all"}, {}, "--pages \"all\" must be one of newest|any."},
           Case{{"bench", "store", "--jwt-secret-file", secret(), "--url", "x"}, {}, "must be http://ADDRESS:PORT"},
           Case{{"adopt", "--store", "mongodb://h/x", "--deletions", "all"}, {}, "--deletions is list or apply"},
       }) {
    const auto finished = run(arguments, environment);
    EXPECT_EQ(finished.exit_code, 2) << finished.output;
    EXPECT_TRUE(finished.output.starts_with("parley: ")) << finished.output;
    EXPECT_NE(finished.output.find(says), std::string::npos) << finished.output;
  }
}

TEST_F(Command, a_tools_failure_is_one_line_that_says_to_run_it_again) {
  for (const std::string tool : {"adopt", "mirror"}) {
    const auto finished = run({tool, "--store", "mongodb://127.0.0.1:1/db?serverSelectionTimeoutMS=100"});
    EXPECT_EQ(finished.exit_code, 1);
    EXPECT_TRUE(finished.output.starts_with("FAIL " + tool + ": MongoDB at mongodb://127.0.0.1:1/db cannot be used: ")) << finished.output;
    EXPECT_TRUE(finished.output.ends_with("name of the database). Run it again then.\n")) << finished.output;
    EXPECT_EQ(finished.output.find(".."), std::string::npos) << finished.output;
    EXPECT_EQ(finished.output.find("start Parley"), std::string::npos) << finished.output;
  }
}

TEST_F(Command, the_help_of_a_tool_says_what_it_does_and_shows_its_flags_alone) {
  for (const std::string tool : {"adopt", "mirror"}) {
    const auto help = run({tool, "--help"});
    EXPECT_EQ(help.exit_code, 0);
    for (const auto& says : {"PASS " + tool, std::string("Exits with status 0"), std::string("--store URI"), std::string("--config FILE")})
      EXPECT_NE(help.output.find(says), std::string::npos) << help.output;
    for (const char* other : {"--listen", "--turn-url", "--jwt-secret-file F"})
      EXPECT_EQ(help.output.find(other), std::string::npos) << help.output;
  }
}

TEST_F(Command, bench_loads_a_running_server_and_checks_what_it_stored) {
  auto words = serve();
  words.insert(words.end(), {"--limits", "off"});
  ChildProcess server(words);
  ASSERT_TRUE(server.wait_for("threads=1\n")) << server.output();
  const auto url = "http://127.0.0.1:" + between(server.output(), "address=127.0.0.1:", " ");
  const auto bench = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "bench");
    arguments.insert(arguments.end(), {"--url", url, "--jwt-secret-file", secret()});
    return run(arguments, {"PARLEY_COMMIT=of-the-test"});
  };
  const auto relay = bench({"relay", "--sessions", "2", "--messages", "20"});
  EXPECT_EQ(relay.exit_code, 0) << relay.output;
  EXPECT_NE(relay.output.find("relay: 2 sessions × 2, closed loop, 1 in flight, 20 messages"), std::string::npos) << relay.output;
  EXPECT_NE(relay.output.find("20 stored: 0 lost"), std::string::npos) << relay.output;
  EXPECT_NE(relay.output.find("commit of-the-test"), std::string::npos) << relay.output;
  const auto store = bench({"store", "--connections", "2", "--messages", "20", "--rate", "1000", "--poisson"});
  EXPECT_EQ(store.exit_code, 0) << store.output;
  EXPECT_NE(store.output.find("1000/s poisson"), std::string::npos) << store.output;
  const auto history = bench({"history", "--sessions", "1", "--stored", "5", "--connections", "1", "--pages=any", "--messages", "5"});
  EXPECT_EQ(history.exit_code, 0) << history.output;
  const auto connect = bench({"connect", "--sessions", "1", "--json", folder + "/report.json"});
  EXPECT_EQ(connect.exit_code, 0) << connect.output;
  EXPECT_GT(std::filesystem::file_size(folder + "/report.json"), 0U);
}

TEST_F(Command, config_prints_what_is_in_force_and_whence) {
  std::ofstream(folder + "/parley.toml") << "threads = 3\n";
  const auto finished = run({"config", "--config", folder + "/parley.toml", "--listen", "0.0.0.0:1"}, {"PARLEY_DATA=elsewhere"});
  EXPECT_EQ(finished.exit_code, 0) << finished.output;
  EXPECT_NE(finished.output.find("threads = 3 "), std::string::npos);
  EXPECT_NE(finished.output.find("parley.toml:1"), std::string::npos);
  EXPECT_NE(finished.output.find("# environment PARLEY_DATA"), std::string::npos);
  EXPECT_NE(finished.output.find("# flag --listen"), std::string::npos);
  EXPECT_EQ(run({"config", "--threads", "many"}).exit_code, 2);
}

TEST_F(Command, what_config_prints_is_a_configuration_file) {
  const auto path = folder + "/printed.toml";
  const auto printed = run({"config", "--config", "", "--listen", "0.0.0.0:1"});
  ASSERT_EQ(printed.exit_code, 0) << printed.output;
  std::ofstream(path) << printed.output;
  const auto again = run({"config", "--config", path});
  EXPECT_EQ(again.exit_code, 0) << again.output;
  EXPECT_NE(again.output.find("listen = \"0.0.0.0:1\""), std::string::npos) << again.output;
}

}  // namespace
}  // namespace parley::test
