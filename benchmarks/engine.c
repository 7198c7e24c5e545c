/* SPDX-License-Identifier: MIT */
/* The program's side of `benchmarks/run engine`: one piece of work, timed batch by batch.
 *
 *   engine predict|all|1 MODEL.safetensors IMAGES.npy BATCHES fastest|direct f32|bf16
 *
 * The images, labelled 0, 1, 0, 1, ..., are one batch, which comes again and again. Prints one line
 * of JSON: seconds per image, each batch's; peak memory in MB; the mean loss over the batches of
 * training, or the logits. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/loaders.h"
#include "lesionbench/network.h"
#include "lesionbench/training.h"

enum { MAX_BATCHES = 64 };

/* One batch of images, over and over. */
typedef struct loop {
    lb_image_loader batch;
    int32_t *labels;
} loop;

static lb_status
read_again(void *data, float *out, const size_t *index, size_t n, lb_error *err)
{
    const loop *l = data;
    const lb_image_loader *source = &l->batch;
    size_t size = source->channels * source->height * source->width;
    lb_status status = LB_OK;
    for (size_t i = 0; status == LB_OK && i < n; i++) {
        size_t image = index[i] % source->count;
        status = source->read(source->data, out + i * size, &image, 1, err);
    }
    return status;
}

/* When each batch was done. */
typedef struct watch {
    size_t count;
    double at[MAX_BATCHES];
} watch;

static void
note(void *data, const char *what, size_t done, size_t total)
{
    watch *w = data;
    (void)done;
    (void)total;
    if ((strcmp(what, "training") == 0 || strcmp(what, "predicting") == 0) &&
        w->count < MAX_BATCHES) {
        w->at[w->count++] = lb_seconds();
    }
}

static void
print_numbers(const char *name, const double *values, size_t count)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        printf("%s%.9g", i > 0 ? ", " : "", values[i]);
    }
    printf("]");
}

/* The first batch is not counted: memory is touched for the first time. */
static void
print(const watch *w, size_t batch, const double *results, size_t result_count)
{
    double seconds[MAX_BATCHES];
    for (size_t i = 0; i + 1 < w->count; i++) {
        seconds[i] = (w->at[i + 1] - w->at[i]) / (double)batch;
    }
    printf("{");
    print_numbers("seconds", seconds, w->count - 1);
    printf(", \"megabytes\": %.0f, ", (double)lb_peak_memory() / 1e6);
    print_numbers("results", results, result_count);
    printf("}\n");
}

static lb_status
train(lb_network *network, const lb_image_loader *source, const char *degree,
      const lb_compute *compute, size_t batch, lb_error *err)
{
    lb_status status = LB_OK;
    lb_history history = {0};
    lb_training_options options;
    watch w = {0};
    const lb_context context = {.progress = note, .progress_data = &w};
    lb_image_loader validation = *source;
    validation.count = 1;
    lb_training_defaults(&options);
    LB_TRY(lb_degree_parse(&options.degree, degree, err));
    options.batch = batch;
    options.learning_rate = 0.001;
    options.dropout = 0;
    options.epochs = 1;
    options.in_order = true;
    options.compute = *compute;
    LB_TRY(lb_train(&history, network, &options, source, &validation, &context, err));
    print(&w, batch, &history.epochs[0].train_loss, 1);
cleanup:
    lb_history_release(&history);
    return status;
}

static lb_status
predict(lb_network *network, const lb_image_loader *source, const lb_compute *compute, size_t batch,
        lb_error *err)
{
    lb_status status = LB_OK;
    float *logits = NULL;
    double *first = NULL;
    watch w = {0};
    const lb_predict_options options = {.compute = *compute};
    const lb_context context = {.progress = note, .progress_data = &w};
    size_t classes = lb_network_architecture(network)->classes;
    LB_ALLOC(logits, source->count * classes);
    LB_ALLOC(first, batch * classes);
    LB_TRY(lb_predict(logits, network, source, &options, &context, err));
    for (size_t i = 0; i < batch * classes; i++) {
        first[i] = (double)logits[i];
    }
    print(&w, batch, first, batch * classes);
cleanup:
    lb_free(first);
    lb_free(logits);
    return status;
}

static lb_status
choose(size_t *out, const char *const names[], const char *name, lb_error *err)
{
    for (*out = 0; names[*out] != NULL; (*out)++) {
        if (strcmp(names[*out], name) == 0) {
            return LB_OK;
        }
    }
    return lb_fail(err, LB_ERROR_ARGUMENT, "unknown choice '%s'", name);
}

int
main(int argc, char **argv)
{
    lb_status status = LB_OK;
    lb_error error = {.code = LB_OK}, *err = &error;
    lb_network *network = NULL;
    loop l = {.labels = NULL};
    lb_compute compute = {0};
    if (argc != 7) {
        fprintf(stderr, "usage: engine predict|all|1 MODEL IMAGES.npy BATCHES fastest|direct "
                        "f32|bf16\n");
        return 2;
    }
    size_t batches = strtoul(argv[4], NULL, 10);
    LB_TRY(batches < 2 || batches > MAX_BATCHES
               ? lb_fail(err, LB_ERROR_ARGUMENT, "2 to %d batches", MAX_BATCHES)
               : LB_OK);
    LB_TRY(choose(&compute.convolution, lb_convolution_names, argv[5], err));
    LB_TRY(choose(&compute.precision, lb_precision_names, argv[6], err));
    LB_TRY(lb_network_load(&network, argv[2], err));
    LB_TRY(lb_loader_npy(&l.batch, argv[3], LB_LAYOUT_UNSAID, NULL, err));
    lb_image_loader source = l.batch;
    source.count = l.batch.count * batches;
    source.data = &l;
    source.read = read_again;
    LB_ALLOC(l.labels, source.count);
    for (size_t i = 0; i < source.count; i++) {
        l.labels[i] = (uint8_t)(i % l.batch.count % 2);
    }
    source.labels = l.labels;
    LB_TRY(strcmp(argv[1], "predict") == 0
               ? predict(network, &source, &compute, l.batch.count, err)
               : train(network, &source, argv[1], &compute, l.batch.count, err));
cleanup:
    if (status != LB_OK) {
        fprintf(stderr, "engine: %s\n", error.message);
    }
    lb_free(l.labels);
    lb_loader_release(&l.batch);
    lb_network_free(network);
    return status == LB_OK ? 0 : 1;
}
