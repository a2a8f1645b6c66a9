// emulate/calibrate.h
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "emulate/cycle_count.h"
#include "emulate/pipeline_model.h"

namespace thimble::emulate {

/// What a self-test (selftest.h) measured on a board.
struct BoardLog {
  std::string board, core, model;
  struct Layer {
    std::string op;
    double cycles = 0;  ///< Counted by the core.
    Cycles modelled;
  };
  std::vector<Layer> layers;
};

/// Reads what a self-test printed; lines that do not begin with { are the terminal's.
/// @throws Error naming the file and the line if it is no complete report, its outputs were wrong, or its counters 0.
BoardLog read_board_log(const std::filesystem::path& file);

/// How far a model is from the logs: relative errors of layers, and of their sums.
struct CalibrationError {
  double mean_layer = 0, worst_layer = 0;
  double worst_model = 0;
};

struct Calibration {
  PipelineModel model;  ///< With waits that fit the logs.
  CalibrationError before, after;
  std::size_t layers = 0;
};

/// Fits branch_wait, load_wait and memory_factor of a core's model to logs of one core: the non-negative least squares
/// of the layers' relative error. The rest of the model is as it was when the self-tests were exported.
/// @throws Error if the logs are of several cores.
Calibration calibrate(std::span<const BoardLog> logs);

}  // namespace thimble::emulate
