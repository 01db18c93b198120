# Decides whether the tests are configured. PARLEY_TESTS is AUTO (if every package is installed), ON (stop if one is missing) or OFF.
#
# The list below names every Debian package that configuring the tests and the microbenchmarks needs. A new find_package() or
# find_program() in tests/ or bench/ needs a line here and one in packaging/debian-packages.txt. A package counts as missing if one
# of its files is missing. No result is cached, because packages may be installed or removed between two runs in one build folder.
#
# Sets parley_with_tests, and writes the missing packages to <build>/missing-test-packages, where the Makefile reads them.
set(parley_missing_packages "")

# parley_test_package(<Debian package> HEADERS <files> LIBRARIES <names> PROGRAMS <names>)
function(parley_test_package package)
  cmake_parse_arguments(ARG "" "" "HEADERS;LIBRARIES;PROGRAMS" ${ARGN})
  set(found TRUE)
  set(finder_of_HEADERS find_path)
  set(finder_of_LIBRARIES find_library)
  set(finder_of_PROGRAMS find_program)
  foreach(kind HEADERS LIBRARIES PROGRAMS)
    foreach(file IN LISTS ARG_${kind})
      unset(path)
      cmake_language(CALL ${finder_of_${kind}} path ${file} NO_CACHE)
      if(NOT path)
        set(found FALSE)
      endif()
    endforeach()
  endforeach()
  if(NOT found)
    set(parley_missing_packages ${parley_missing_packages} ${package} PARENT_SCOPE)
  endif()
endfunction()

parley_test_package(libgtest-dev     HEADERS gtest/gtest.h         LIBRARIES gtest gtest_main)
parley_test_package(libgmock-dev     HEADERS gmock/gmock.h         LIBRARIES gmock gmock_main)
parley_test_package(libbenchmark-dev HEADERS benchmark/benchmark.h LIBRARIES benchmark benchmark_main)
parley_test_package(python3          PROGRAMS python3)
parley_test_package(nodejs           PROGRAMS node)

set(parley_with_tests ${PARLEY_TESTS})
if(PARLEY_TESTS STREQUAL "AUTO")
  if(parley_missing_packages)
    set(parley_with_tests OFF)
    message(STATUS "Tests are left out. Missing packages: ${parley_missing_packages}")
  else()
    set(parley_with_tests ON)
  endif()
elseif(PARLEY_TESTS AND parley_missing_packages)
  message(FATAL_ERROR "PARLEY_TESTS is ON, but these packages are missing: ${parley_missing_packages}. "
                      "Install them with `tools/install.sh build test`, or set PARLEY_TESTS to AUTO or OFF.")
endif()
list(JOIN parley_missing_packages "\n" lines)
file(WRITE ${CMAKE_BINARY_DIR}/missing-test-packages "${lines}")
