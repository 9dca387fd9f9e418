// What tests ask of the fake driver; looked up in it by name.
#pragma once

extern "C" {
// Frees everything and starts anew with that many GPUs.
void fake_cuda_reset(int devices);
// `call` fails with `result` after `skip` successes: once, or from then on.
void fake_cuda_fail(const char* call, int result, int skip, int sticky);
// The names of the calls since the last one, with spaces between; without the queries.
const char* fake_cuda_take_log();
// Contexts, modules, streams, events and allocations that have not been given back.
int fake_cuda_live();
}
