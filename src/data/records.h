// data/records.h
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "data/dataset.h"

namespace thimble::data {

/// Files of records of one size, labels first: the binary layout of CIFAR-10 (label, then 1024 red, 1024 green, 1024
/// blue), that of CIFAR-100 (coarse label, fine label, the same planes), and feature records (label, then n int8
/// values), such as MLPerf Tiny's keyword-spotting features (n = 490).

/// The batch files of a folder of CIFAR-10's ("data_batch_1.bin" ... "test_batch.bin") or CIFAR-100's ("train.bin",
/// "test.bin") original archive; empty if there are none.
std::vector<std::filesystem::path> cifar_batch_files(const std::filesystem::path& folder);

/// Reads files of one layout. Which layout follows from the size and the labels of the first file, or is feature
/// records of `feature_values` values if that is given. Several files called "...train...", "...batch..." and
/// "...test..." become the parts. Class names come from batches.meta.txt or fine_label_names.txt beside the files where
/// there is one. CIFAR-100's fine labels are used.
/// @throws Error naming the file and what is wrong: no known layout, truncated, a label out of range.
SampleTable read_records(const std::vector<std::filesystem::path>& files, const std::string& name,
                         int feature_values = 0);

}  // namespace thimble::data
