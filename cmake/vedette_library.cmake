# vedette_precompile(TARGET PCH): reads what the target PCH precompiled, where that is switched on.
# The targets differ in definitions alone that the precompiled headers do not look at.
function(vedette_precompile target pch)
  if(VEDETTE_PCH)
    target_precompile_headers(${target} REUSE_FROM ${pch})
  endif()
endfunction()

# vedette_unify(TARGET): where VEDETTE_UNITY is on, compiles a dozen of its files as one. A file that
# must stay alone has SKIP_UNITY_BUILD_INCLUSION, with the reason beside it.
function(vedette_unify target)
  if(VEDETTE_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
  endif()
endfunction()

# vedette_library(NAME SRCS a.cc ... [DEPS vedette_x ...] [LIBS third::party ...])
#
# Declares the library of the folder it is called from. Headers are included by their path from the
# root ("base/status.h"); a target sees its own folder and those of its DEPS, and no other: each
# folder is offered through a link of its own in the build tree instead of through the root.
function(vedette_library name)
  cmake_parse_arguments(ARG "" "" "SRCS;DEPS;LIBS" ${ARGN})
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  set(include_root ${CMAKE_BINARY_DIR}/include/${name})
  get_filename_component(parent ${include_root}/${folder} DIRECTORY)
  file(MAKE_DIRECTORY ${parent})
  file(CREATE_LINK ${CMAKE_CURRENT_SOURCE_DIR} ${include_root}/${folder} SYMBOLIC)

  add_library(${name} STATIC ${ARG_SRCS})
  target_include_directories(${name} PUBLIC ${include_root})
  target_link_libraries(${name} PUBLIC ${ARG_DEPS} ${ARG_LIBS} PRIVATE vedette_warnings)
  vedette_precompile(${name} vedette_pch)
  vedette_unify(${name})
endfunction()
