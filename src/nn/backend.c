/* SPDX-License-Identifier: MIT */
#include "backend.h"

#include "base/cpu.h"

lb_status
lb_backend_create(lb_backend **out, const lb_compute *compute, lb_error *err)
{
    lb_status status = LB_OK;
    lb_backend *backend = NULL;
    bool avx512 = lb_cpu_get() == LB_CPU_AVX512;
    if (compute->precision == LB_PRECISION_BF16 && !avx512) {
        return lb_fail(err, LB_ERROR_UNSUPPORTED,
                       "precision bf16 needs a processor with AVX-512 (use f32)");
    }
    LB_TRY(lb_onednn_follow_cpu(err));
    LB_ALLOC(backend, 1);
    backend->compute = *compute;
    backend->block = avx512 ? 16 : 8;
    LB_TRY(lb_onednn_check(dnnl_engine_create(&backend->engine, dnnl_cpu, 0), "create an engine",
                           err));
    LB_TRY(lb_onednn_check(
        dnnl_stream_create(&backend->stream, backend->engine, dnnl_stream_default_flags),
        "create a stream", err));
    *out = backend;
    backend = NULL;
cleanup:
    lb_backend_free(backend);
    return status;
}

void
lb_backend_free(lb_backend *backend)
{
    if (backend == NULL) {
        return;
    }
    if (backend->stream != NULL) {
        dnnl_stream_destroy(backend->stream);
    }
    if (backend->engine != NULL) {
        dnnl_engine_destroy(backend->engine);
    }
    for (size_t i = 0; i < LOW_ARRAYS; i++) {
        lb_free(backend->low[i]);
    }
    lb_free(backend->scratch);
    lb_free(backend->weights);
    lb_free(backend);
}

size_t
lb_backend_block(const lb_backend *backend)
{
    return backend->block;
}

lb_status
lb_backend_need(void **array, size_t *size, size_t bytes, lb_error *err)
{
    lb_status status = LB_OK;
    if (bytes > *size) {
        lb_free(*array);
        *size = 0;
        LB_ALLOC(*array, bytes);
        *size = bytes;
    }
cleanup:
    return status;
}

lb_status
lb_backend_scratch(void **out, lb_backend *backend, size_t bytes, lb_error *err)
{
    lb_status status = LB_OK;
    LB_TRY(lb_backend_need(&backend->weights, &backend->weights_size, bytes, err));
    *out = backend->weights;
cleanup:
    return status;
}

lb_status
lb_backend_need_low(lb_backend *backend, size_t which, size_t count, lb_error *err)
{
    lb_status status = LB_OK;
    if (backend->compute.precision == LB_PRECISION_BF16 && count > backend->low_count[which]) {
        lb_free(backend->low[which]);
        backend->low_count[which] = 0;
        LB_ALLOC(backend->low[which], count);
        backend->low_count[which] = count;
    }
cleanup:
    return status;
}
