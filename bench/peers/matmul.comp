// The tiled matrix product of examples/matmul.lisp, for peers that compile GLSL.
#version 450
#extension GL_EXT_buffer_reference : require
layout(local_size_x_id = 0, local_size_y_id = 1, local_size_z_id = 2) in;
layout(buffer_reference, std430, buffer_reference_align = 4) buffer Floats { float at[]; };
layout(push_constant) uniform Arguments { int m; int n; int k; Floats a; Floats b; Floats c; };
shared float tile_a[256], tile_b[256];
void main() {
  int tx = int(gl_LocalInvocationID.x), ty = int(gl_LocalInvocationID.y);
  int row = int(gl_WorkGroupID.y) * 16 + ty, column = int(gl_WorkGroupID.x) * 16 + tx;
  float sum = 0.0;
  for (int t = 0; t < k; t += 16) {
    tile_a[ty * 16 + tx] = row < m && t + tx < k ? a.at[row * k + t + tx] : 0.0;
    tile_b[ty * 16 + tx] = t + ty < k && column < n ? b.at[(t + ty) * n + column] : 0.0;
    barrier();
    for (int i = 0; i < 16; ++i) sum += tile_a[ty * 16 + i] * tile_b[i * 16 + tx];
    barrier();
  }
  if (row < m && column < n) c.at[row * n + column] = sum;
}
