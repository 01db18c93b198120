#include "http_api/operations/account_operations.hpp"

namespace parley::http_api {

namespace {

constexpr api::Member signed_out[] = {{"success", &api::schemas::yes}};
constexpr AnswerDocument sign_out_answers[] = {{200, "Durable: the token stays revoked after a restart.", signed_out}};

}  // namespace

constinit const Operation sign_out_operation = documented({
    .id = "logout",
    .area = "auth",
    .summary = "Sign out: revoke the token presented",
    .about = "From now on the token is refused over every path, and the sockets it let in are disconnected before the answer comes. Other "
             "tokens of the same user stay good. The cookie `token`, where there is one, is told to expire.",
    .answers = sign_out_answers,
    .work = api::Work::writes,
});

}  // namespace parley::http_api
