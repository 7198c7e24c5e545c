/* SPDX-License-Identifier: MIT */
/* The pickle of a PyTorch file. */
#include <string.h>

#include "weights_internal.h"

/* A network's pickle has some KB. */
enum { MAX_PICKLE = 1 << 24 };
static const lb_pickle_limits LIMITS = {.memory = (size_t)1 << 28,
                                        .values = (size_t)1 << 22,
                                        .stack = 1 << 20,
                                        .memo = 1 << 20,
                                        .opaque = true};

lb_status
lb_torch_parse(lb_pickle **out, size_t *used, const uint8_t *bytes, size_t size, const char *path,
               const char *part, bool any_storage, lb_error *err)
{
    lb_pickle_limits limits = LIMITS;
    limits.opaque_storages = any_storage;
    char *name = lb_format(err, "%s: %s", path, part);
    if (name == NULL) {
        return err->code;
    }
    lb_status status = lb_pickle_parse(out, used, bytes, size < MAX_PICKLE ? size : MAX_PICKLE,
                                       name, &limits, err);
    lb_free(name);
    if (status == LB_ERROR_UNSUPPORTED) {
        char reason[sizeof err->message];
        memcpy(reason, err->message, sizeof reason);
        return lb_fail(err, status, "%s; of a whole model, save model.state_dict() instead",
                       reason);
    }
    return status;
}
