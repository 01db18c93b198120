// Runs a fuzz target without libFuzzer: on every seed of a directory, on each seed cut at each byte, and on each seed with each byte
// changed. So `make test` checks every decoder on its known inputs, with the compiler of the release. `make fuzz` finds new inputs.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

constexpr std::size_t relatives_max = 2'000;  // per seed: a larger seed is cut and changed only at every n-th byte

std::size_t inputs_run = 0;

void run(const std::vector<std::uint8_t>& input) {
  // A copy of exactly this size, so that a sanitizer detects a read past its end.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  ++inputs_run;
}

void run_with_relatives(const std::vector<std::uint8_t>& seed) {
  run(seed);
  const std::size_t step = seed.size() / relatives_max + 1;
  for (std::size_t offset = 0; offset < seed.size(); offset += step) {
    run({seed.begin(), seed.begin() + static_cast<std::ptrdiff_t>(offset)});
    for (const std::uint8_t mask : {0x01, 0x80, 0xff}) {
      std::vector<std::uint8_t> changed = seed;
      changed[offset] ^= mask;
      run(changed);
    }
  }
}

}  // namespace

int main(int count, char** arguments) {
  std::size_t seeds = 0;
  for (int index = 1; index < count; ++index) {
    for (const auto& file : std::filesystem::directory_iterator(arguments[index])) {
      std::ifstream stream(file.path(), std::ios::binary);
      run_with_relatives({std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()});
      ++seeds;
    }
  }
  std::printf("%zu seeds, %zu inputs\n", seeds, inputs_run);
  if (seeds == 0) {
    std::fprintf(stderr, "no seeds: nothing was tested\n");
    return 1;
  }
  return 0;
}
