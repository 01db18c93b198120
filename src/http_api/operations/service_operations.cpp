#include "http_api/operations/service_operations.hpp"

namespace parley::http_api {

namespace {

namespace schemas = api::schemas;
constexpr std::string_view area = "service";

constexpr api::Schema environment{.keywords = R"("type":"string")", .example = R"("dev")"};
constexpr api::Member health[] = {{"ok", &schemas::yes},
                                  {"env", &environment, "The name of the deployment, from the setting `environment`."}};
constexpr AnswerDocument health_answers[] = {{200, "The process answers.", health}};

constexpr api::Schema no_reasons{.keywords = R"("type":"array","maxItems":0)", .example = "[]"};
constexpr api::Schema reason{.keywords = R"("type":"string")", .example = R"("store: a sync failed; nothing is accepted until restart")"};
constexpr api::Schema reasons{.keywords = R"("minItems":1)", .items = &reason};
constexpr api::Member notices = api::rare(
    {"notices", &reasons,
     "Faults that do not stop the server but that operators should know: documents that other software removed from the database."});
constexpr api::Member ready[] = {{"ready", &schemas::yes}, {"reasons", &no_reasons}, notices};
constexpr api::Member not_ready[] = {{"ready", &schemas::no}, {"reasons", &reasons}, notices};
constexpr AnswerDocument ready_answers[] = {{200, "The server can do its work.", ready},
                                            {503, "The server cannot do its work, with the reasons.", not_ready}};

constexpr AnswerDocument metrics_answers[] = {{200, "Prometheus text exposition, version 0.0.4.", {}, "text/plain"}};

constexpr api::Schema openapi_version{.text = "3.1.0"};
constexpr api::Schema object{.keywords = R"("type":"object")", .example = "{}"};
constexpr api::Schema objects{.items = &object};
constexpr api::Member openapi[] = {
    {"openapi", &openapi_version}, {"info", &object}, {"servers", &objects}, {"paths", &object}, {"components", &object}};
constexpr AnswerDocument openapi_answers[] = {{200, "This document.", openapi}};
constexpr api::Schema asyncapi_version{.text = "3.0.0"};
constexpr api::Member asyncapi[] = {{"asyncapi", &asyncapi_version},
                                    {"info", &object},
                                    {"defaultContentType", &schemas::text},
                                    {"servers", &object},
                                    {"channels", &object},
                                    {"operations", &object},
                                    {"components", &object}};
constexpr AnswerDocument asyncapi_answers[] = {{200, "The description of the Socket.IO events.", asyncapi}};

}  // namespace

constinit const Operation health_operation = documented({
    .id = "health",
    .area = area,
    .summary = "Whether the process answers",
    .answers = health_answers,
});

constinit const Operation ready_operation = documented({
    .id = "ready",
    .area = area,
    .summary = "Whether the server can do its work, with the reasons if not",
    .answers = ready_answers,
});

constinit const Operation metrics_operation = documented({
    .id = "metrics",
    .area = area,
    .summary = "Metrics in the text format of Prometheus",
    .answers = metrics_answers,
});

constinit const Operation openapi_operation = documented({
    .id = "openapi",
    .area = area,
    .summary = "The description of the HTTP interface (OpenAPI 3.1)",
    .about = "The server makes it at start from the table that routes requests.",
    .answers = openapi_answers,
});

constinit const Operation asyncapi_operation = documented({
    .id = "asyncapi",
    .area = area,
    .summary = "The description of the Socket.IO events (AsyncAPI 3.0)",
    .about = "The server makes it at start from the tables of events.",
    .answers = asyncapi_answers,
});

}  // namespace parley::http_api
