# The generated sources of the program: its version (parley_version) and the pages it serves (parley_assets).
add_custom_target(parley_version
  COMMAND ${CMAKE_COMMAND} -DSOURCE_DIR=${CMAKE_SOURCE_DIR} -DVERSION=${PROJECT_VERSION}
          -DOUTPUT=${CMAKE_BINARY_DIR}/generated/parley_version.hpp -P ${CMAKE_SOURCE_DIR}/cmake/write_version.cmake
  BYPRODUCTS ${CMAKE_BINARY_DIR}/generated/parley_version.hpp
  COMMENT "Version")

# Each page is a folder of web/ with an assets.txt; ${page}_assets() returns its files.
foreach(page demo docs)
  set(list ${CMAKE_SOURCE_DIR}/web/${page}/assets.txt)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${list})
  file(STRINGS ${list} lines REGEX "^[^#]")
  set(files)
  foreach(line IN LISTS lines)
    string(REGEX REPLACE "^[^ ]+ ([^ ]+) .*$" "${CMAKE_SOURCE_DIR}/web/${page}/\\1" file "${line}")
    list(APPEND files ${file})
    if(file MATCHES "/node_modules/")
      list(APPEND fetched ${file})
    endif()
  endforeach()
  set(source ${CMAKE_BINARY_DIR}/generated/${page}_assets.cpp)
  add_custom_command(OUTPUT ${source}
    COMMAND ${CMAKE_COMMAND} -DLIST=${list} -DOUTPUT=${source} -DFUNCTION=${page}_assets -P ${CMAKE_SOURCE_DIR}/cmake/embed_assets.cmake
    DEPENDS ${list} ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_assets.cmake COMMENT "Assets of the page ${page}")
  list(APPEND sources ${source})
endforeach()
# Downloads the pinned npm packages if they are missing.
add_custom_command(OUTPUT ${fetched} COMMAND ${CMAKE_SOURCE_DIR}/tools/fetch-web.sh COMMENT "Packages of the demo page")
add_library(parley_assets STATIC ${sources})
target_include_directories(parley_assets PRIVATE ${CMAKE_SOURCE_DIR}/src)
target_link_libraries(parley_assets PUBLIC parley::http_api)
