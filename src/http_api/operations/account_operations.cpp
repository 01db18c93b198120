#include "http_api/operations/account_operations.hpp"

namespace parley::http_api {

namespace {

constexpr api::Member signed_out[] = {{"success", &api::schemas::yes}};
constexpr AnswerDocument sign_out_answers[] = {{200, "The token is revoked, and stays revoked after a restart.", signed_out}};

}  // namespace

constinit const Operation sign_out_operation = documented({
    .id = "logout",
    .area = "auth",
    .summary = "Sign out: revoke the token of the request",
    .about = "From now on every path refuses the token. The server disconnects its sockets before it answers. Other tokens of the same "
             "user stay valid. The answer expires the cookie `token`, if there is one.",
    .answers = sign_out_answers,
    .work = api::Work::writes,
});

}  // namespace parley::http_api
