if(THIMBLE_TRAIN)
  thimble_test(nn thimble_nn thimble_reference thimble_import thimble_export thimble_passes)
endif()
