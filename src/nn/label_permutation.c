/* SPDX-License-Identifier: MIT */
#include "label_permutation.h"

#include "lesionbench/random.h"

static void
fill_labels(lb_label_permutation *permute)
{
    for (size_t i = 0; i < permute->from->count; i++) {
        permute->labels[i] = permute->from->labels[permute->place[i]];
    }
}

static lb_status
read_same(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const lb_label_permutation *permute = data;
    return permute->from->read(permute->from->data, out, index, n, err);
}

static lb_status
begin_epoch(void *data, size_t epoch, lb_error *err)
{
    lb_label_permutation *permute = data;
    lb_status status = permute->from->begin_epoch(permute->from->data, epoch, err);
    if (status == LB_OK) {
        fill_labels(permute);
    }
    return status;
}

lb_status
lb_label_permutation_init(lb_label_permutation *out, lb_image_loader *images,
                          const lb_image_loader *from, uint64_t seed, lb_error *err)
{
    lb_status status = LB_OK;
    lb_random random;
    *out = (lb_label_permutation){.from = from};
    LB_ALLOC(out->place, from->count);
    LB_ALLOC(out->labels, from->count);
    for (size_t i = 0; i < from->count; i++) {
        out->place[i] = i;
    }
    lb_random_init(&random, seed, LB_PURPOSE_PERMUTE, 0);
    lb_random_shuffle(&random, out->place, from->count);
    fill_labels(out);
    *images = *from;
    images->labels = out->labels;
    images->data = out;
    images->read = read_same;
    images->begin_epoch = from->begin_epoch != NULL ? begin_epoch : NULL;
    images->release = NULL;
cleanup:
    return status;
}

void
lb_label_permutation_release(lb_label_permutation *permute)
{
    lb_free(permute->labels);
    lb_free(permute->place);
    *permute = (lb_label_permutation){.from = NULL};
}
