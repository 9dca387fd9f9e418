// The tiled matrix product of examples/matmul.lisp, for peers that compile CUDA C++.
extern "C" __global__ void matmul(int m, int n, int k, const float *a, const float *b, float *c) {
  __shared__ float tile_a[256], tile_b[256];
  int tx = threadIdx.x, ty = threadIdx.y;
  int row = blockIdx.y * 16 + ty, column = blockIdx.x * 16 + tx;
  float sum = 0;
  for (int t = 0; t < k; t += 16) {
    tile_a[ty * 16 + tx] = row < m && t + tx < k ? a[row * k + t + tx] : 0.0f;
    tile_b[ty * 16 + tx] = t + ty < k && column < n ? b[(t + ty) * n + column] : 0.0f;
    __syncthreads();
    for (int i = 0; i < 16; ++i) sum += tile_a[ty * 16 + i] * tile_b[i * 16 + tx];
    __syncthreads();
  }
  if (row < m && column < n) c[row * n + column] = sum;
}
