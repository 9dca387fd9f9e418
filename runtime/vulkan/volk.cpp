// The one place where volk's function tables are compiled.
#define VOLK_IMPLEMENTATION
#include <volk.h>
