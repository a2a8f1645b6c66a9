# The declarations of import/tflite.fbs as C++, for <import/tflite_generated.h>. An interface library of their own, so
# that export shares them; system headers, so that generated code stays out of our warnings.
set(tflite_schema ${CMAKE_CURRENT_LIST_DIR}/tflite.fbs)
set(tflite_generated ${CMAKE_BINARY_DIR}/generated/import/tflite_generated.h)

add_custom_command(
  OUTPUT ${tflite_generated}
  COMMAND flatbuffers::flatc --cpp --scoped-enums --no-prefix -o ${CMAKE_BINARY_DIR}/generated/import ${tflite_schema}
  DEPENDS ${tflite_schema}
  COMMENT "Generating import/tflite_generated.h")
add_custom_target(thimble_tflite_generated DEPENDS ${tflite_generated})

add_library(thimble_tflite_schema INTERFACE)
add_dependencies(thimble_tflite_schema thimble_tflite_generated)
target_include_directories(thimble_tflite_schema SYSTEM INTERFACE ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(thimble_tflite_schema INTERFACE flatbuffers::flatbuffers)
