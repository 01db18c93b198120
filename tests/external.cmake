# Suites in other languages, against the server that was just built. tests/clients/install.sh installs their packages.
find_program(NODE node)
set(clients_python ${CMAKE_SOURCE_DIR}/build/clients-venv/bin/python)

# parley_suite(<name> LABELS <labels> TIMEOUT <seconds> COMMAND <…>): PARLEY in its environment names the server.
function(parley_suite name)
  cmake_parse_arguments(ARG "" "TIMEOUT;FOLDER" "LABELS;COMMAND" ${ARGN})
  if(NOT TARGET parley OR NOT NODE)
    return()
  endif()
  add_test(NAME ${name} WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/${ARG_FOLDER}
           COMMAND ${CMAKE_COMMAND} -E env PARLEY=$<TARGET_FILE:parley> ${ARG_COMMAND})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABELS}" TIMEOUT ${ARG_TIMEOUT})
endfunction()

foreach(suite connect chat resume reopen logout sessions ids admin signalling robustness validation length limits)
  parley_suite(clients_javascript_${suite} FOLDER clients/javascript LABELS "clients" TIMEOUT 240
               COMMAND ${NODE} --test-reporter=spec ${suite}.test.mjs)
endforeach()
# The real mongod and the gate in front of it, for the suites that store in MongoDB.
parley_suite(clients_mongod_harness FOLDER clients/javascript LABELS "integration" TIMEOUT 120 COMMAND ${NODE} --test-reporter=spec mongod-harness.test.mjs)
# The same suites on a real MongoDB, and the documents that other software reads there.
parley_suite(cutover FOLDER clients/javascript LABELS "clients;mongodb" TIMEOUT 240 COMMAND ${NODE} --test-reporter=spec cutover.test.mjs)
parley_suite(mongodb FOLDER clients/javascript LABELS "clients;mongodb" TIMEOUT 120 COMMAND ${NODE} --test-reporter=spec mongodb.test.mjs)
foreach(suite chat resume reopen logout sessions ids admin signalling robustness validation length limits)
  parley_suite(mongodb_${suite} FOLDER clients/javascript LABELS "clients;mongodb" TIMEOUT 240
               COMMAND ${CMAKE_COMMAND} -E env PARLEY_STORE=mongodb ${NODE} --test-reporter=spec ${suite}.test.mjs)
endforeach()
# The statements of docs/api-contract.md that no suite above proves. contract-time waits for the longest of its times.
foreach(suite contract-http contract-calls contract-sockets contract-store contract-time)
  parley_suite(clients_javascript_${suite} FOLDER clients/javascript LABELS "clients" TIMEOUT 240
               COMMAND ${NODE} --test-reporter=spec ${suite}.test.mjs)
endforeach()
# Checks that the ids of docs/api-contract.md, the names of the tests, and the committed table fit together. `make contract` runs the tests.
parley_suite(contract_coverage_tool FOLDER clients/javascript LABELS "contract" TIMEOUT 30 COMMAND ${NODE} --test-reporter=spec coverage/coverage.test.mjs)
parley_suite(contract_coverage FOLDER clients/javascript LABELS "contract" TIMEOUT 30 COMMAND ${NODE} coverage/check.mjs)
# The scenario of several languages, in those that install in seconds; `make clients-all` runs it in all.
parley_suite(clients_scenario FOLDER clients/javascript LABELS "clients" TIMEOUT 120 COMMAND ${NODE} scenario.mjs --clients javascript,javascript-oldest,python)
# With other servers of Debian: coturn allocates with credentials of the server; nginx stands in front of the server and an old backend.
parley_suite(turn FOLDER clients/javascript LABELS "clients;turn" TIMEOUT 60 COMMAND ${NODE} --test-reporter=spec turn.test.mjs)
parley_suite(replacing FOLDER clients/javascript LABELS "clients;replacing" TIMEOUT 120 COMMAND ${NODE} --test-reporter=spec replacing.test.mjs)
# An app's backend and Parley on one database; `make swap` adds the interleavings, a replica set of three and a standalone.
parley_suite(swap FOLDER swap LABELS "clients;mongodb;browser" TIMEOUT 240 COMMAND ${NODE} swap.mjs --parts browsers,races,losses --members 1 --only replica)
# Some of the attacks, without their latency; `make attacks` runs and judges all of them.
parley_suite(attacks FOLDER attacks LABELS "security" TIMEOUT 240
             COMMAND ${NODE} attacks.mjs --untimed --seconds 3 --rows "unread answers|idle connections|handshakes|stalled bodies|gzip forms|bad connects")
parley_suite(security_table FOLDER clients/javascript LABELS "clients;security" TIMEOUT 300 COMMAND ${NODE} --test-reporter=spec security.test.mjs)
parley_suite(bad_input FOLDER clients/javascript LABELS "bad-input" TIMEOUT 300 COMMAND ${NODE} --test-reporter=spec bad-input.test.mjs)
foreach(suite sync asyncio)
  parley_suite(clients_python_${suite} FOLDER clients/python LABELS "clients" TIMEOUT 180 COMMAND ${clients_python} -B test_${suite}.py)
endforeach()
parley_suite(schemathesis FOLDER schemathesis LABELS "contract" TIMEOUT 180 COMMAND ${clients_python} -B run.py)
parley_suite(browser_parts FOLDER browser LABELS "browser" TIMEOUT 30 COMMAND ${NODE} --test-reporter=spec parts.test.mjs)
parley_suite(browser_docs FOLDER browser LABELS "browser" TIMEOUT 60 COMMAND ${NODE} --test-reporter=spec docs.test.mjs)
parley_suite(browser_demo FOLDER browser LABELS "browser;clients" TIMEOUT 480 COMMAND ${NODE} --test-reporter=spec demo.test.mjs)
parley_suite(browser_accessibility FOLDER browser LABELS "browser" TIMEOUT 480 COMMAND ${NODE} --test-reporter=spec accessibility.test.mjs)
parley_suite(torture_upgrade FOLDER torture LABELS "torture" TIMEOUT 120 COMMAND ${NODE} upgrade.mjs --clients 200 --deliveries 1000 --any-rate)
# A short run on MongoDB; `make chaos-mongo` and `make two-nodes` are complete.
parley_suite(torture_chaos_mongo FOLDER torture LABELS "torture" TIMEOUT 240 COMMAND ${NODE} chaos-mongo.mjs --rounds 4 --kinds "kill the primary,swallow,kill parley,cut")
parley_suite(torture_two_nodes FOLDER torture LABELS "torture" TIMEOUT 120 COMMAND ${NODE} two-nodes.mjs --sessions 6 --seconds 2 --rounds 1 --any-share)
parley_suite(torture_kill FOLDER torture LABELS "torture" TIMEOUT 600 COMMAND ${NODE} kill.mjs --rounds 50)

# The commands of the README, run as a reader runs them; files that the program may not access; the Makefile.
parley_suite(readme FOLDER command LABELS "integration" TIMEOUT 90 COMMAND ${Python3_EXECUTABLE} -B readme_test.py)
parley_suite(run_mongodb FOLDER command LABELS "integration;mongodb" TIMEOUT 120 COMMAND ${Python3_EXECUTABLE} -B run_mongodb_test.py)
parley_suite(permissions FOLDER command LABELS "integration" TIMEOUT 90 COMMAND ${Python3_EXECUTABLE} -B permissions_test.py)
parley_suite(chat_example FOLDER command LABELS "clients" TIMEOUT 120 COMMAND ${NODE} --test-reporter=spec chat_example.test.mjs)
parley_suite(makefile FOLDER command LABELS "integration" TIMEOUT 90 COMMAND ${Python3_EXECUTABLE} -B makefile_test.py)
# A short run; `make test-packages` tries every subset.
parley_suite(test_packages FOLDER command LABELS "integration" TIMEOUT 240 COMMAND ${Python3_EXECUTABLE} -B test_packages_test.py)

# Engine.IO v4 and Socket.IO v5 by our own suite, against the example that links only `server` and `protocol`.
if(TARGET example_protocol_echo AND NODE)
  add_test(NAME conformance WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/conformance
           COMMAND ${CMAKE_COMMAND} -E env PROTOCOL_ECHO=$<TARGET_FILE:example_protocol_echo>
                   ${NODE} --test --test-reporter=spec engineio.test.mjs socketio.test.mjs)
  set_tests_properties(conformance PROPERTIES LABELS "conformance" TIMEOUT 180)
endif()
# WebSocket alone, against the other example: a small version of Autobahn.
if(TARGET example_websocket_echo AND NODE)
  add_test(NAME conformance_websocket WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}/conformance
           COMMAND ${CMAKE_COMMAND} -E env WEBSOCKET_ECHO=$<TARGET_FILE:example_websocket_echo>
                   ${NODE} --test-reporter=spec websocket.test.mjs)
  set_tests_properties(conformance_websocket PROPERTIES LABELS "conformance" TIMEOUT 60)
endif()
