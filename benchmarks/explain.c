/* SPDX-License-Identifier: MIT */
/* The program's side of `benchmarks/run explain`: images explained batch by batch, each method
 * timed.
 *
 *   explain all|METHOD MODEL IMAGES.npy BATCH BATCHES FOLDER
 *
 * all: the eight methods of the study. The images' targets are 0, 1, 0, 1, ...; the batches are the
 * first images and the next ones, over and over. Prints one line of JSON: seconds per image of each
 * batch, its start included; of these the seconds of each method, where what methods share is in
 * the time of the first that uses it; peak memory in MB. Writes FOLDER/METHOD.f32, the first
 * batch's attributions (BATCH, 3, H, W). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/loaders.h"
#include "lesionbench/method.h"

enum { MAX_BATCHES = 64, MAX_METHODS = 16, CHANNELS = 3 };

static const double ALPHAS[] = {0.1, 0.25, 0.5, 0.75, 0.9}; /* those of reference_explain.py */

/* When each method was done, and where its maps go. */
typedef struct watch {
    const char *folder; /* NULL: maps are not kept */
    const lb_method *const *methods;
    size_t method_count, batch;
    double last;
    double seconds[MAX_BATCHES], method_seconds[MAX_METHODS][MAX_BATCHES];
} watch;

static lb_status
keep(const char *folder, const lb_explanation *explanation, lb_error *err)
{
    char path[4096];
    size_t pixels = explanation->height * explanation->width;
    size_t count = explanation->count * CHANNELS * pixels;
    snprintf(path, sizeof path, "%s/%s.f32", folder, explanation->method->name);
    FILE *file = fopen(path, "ab"); /* a method may hand its batch over in parts */
    bool written =
        file != NULL && fwrite(explanation->attribution, sizeof(float), count, file) == count;
    if ((file != NULL && fclose(file) != 0) || !written) {
        return lb_fail(err, LB_ERROR_IO, "%s: cannot be written", path);
    }
    return LB_OK;
}

static lb_status
note(void *data, const lb_explanation *explanation, lb_error *err)
{
    watch *w = data;
    double now = lb_seconds();
    size_t method = 0;
    while (w->methods[method] != explanation->method) {
        method++;
    }
    w->method_seconds[method][w->batch] += now - w->last;
    lb_status status = w->folder != NULL ? keep(w->folder, explanation, err) : LB_OK;
    w->last = lb_seconds();
    w->seconds[w->batch] -= w->last - now;
    return status;
}

static void
print_numbers(const char *name, const double *values, size_t count, size_t images)
{
    printf("\"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        printf("%s%.9g", i > 0 ? ", " : "", values[i] / (double)images);
    }
    printf("]");
}

static void
print(const watch *w, size_t batches, size_t images)
{
    printf("{");
    print_numbers("seconds", w->seconds, batches, images);
    printf(", \"methods\": {");
    for (size_t m = 0; m < w->method_count; m++) {
        printf("%s", m > 0 ? ", " : "");
        print_numbers(w->methods[m]->name, w->method_seconds[m], batches, images);
    }
    printf("}, \"megabytes\": %.0f}\n", (double)lb_peak_memory() / 1e6);
}

/* All batches, each a call; what is planned for all of them is in the first's time. */
static lb_status
explain(watch *w, lb_network *network, const lb_image_loader *source, size_t images, size_t batches,
        const char *folder, lb_error *err)
{
    lb_status status = LB_OK;
    lb_explainer *explainer = NULL;
    float *input = NULL;
    size_t *index = NULL;
    int32_t *targets = NULL;
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.alphas = ALPHAS;
    options.samples = sizeof ALPHAS / sizeof *ALPHAS;
    LB_ALLOC(input, images * source->channels * source->height * source->width);
    LB_ALLOC(index, images);
    LB_ALLOC(targets, images);
    for (w->batch = 0; w->batch < batches; w->batch++) {
        for (size_t i = 0; i < images; i++) {
            index[i] = (w->batch * images + i) % source->count;
            targets[i] = (uint16_t)(index[i] % 2);
        }
        LB_TRY(source->read(source->data, input, index, images, err));
        w->folder = w->batch == 0 ? folder : NULL;
        w->last = lb_seconds();
        w->seconds[w->batch] = -w->last;
        if (explainer == NULL) {
            LB_TRY(lb_explainer_create(&explainer, network, source->height, source->width, images,
                                       w->methods, w->method_count, &options, err));
        }
        LB_TRY(lb_explainer_run(explainer, input, source->channels, images, index, targets, note, w,
                                NULL, err));
        w->seconds[w->batch] += lb_seconds();
    }
cleanup:
    lb_explainer_free(explainer);
    lb_free(targets);
    lb_free(index);
    lb_free(input);
    return status;
}

int
main(int argc, char **argv)
{
    lb_status status = LB_OK;
    lb_error error = {.code = LB_OK}, *err = &error;
    lb_network *network = NULL;
    lb_image_loader source = {0};
    static watch w;
    const lb_method *methods[MAX_METHODS];
    if (argc != 7) {
        fprintf(stderr, "usage: explain all|METHOD MODEL IMAGES.npy BATCH BATCHES FOLDER\n");
        return 2;
    }
    size_t images = strtoul(argv[4], NULL, 10), batches = strtoul(argv[5], NULL, 10);
    LB_TRY(
        images < 1 || batches < 1 || batches > MAX_BATCHES
            ? lb_fail(err, LB_ERROR_ARGUMENT, "batches of at least 1, 1 to %d of them", MAX_BATCHES)
            : LB_OK);
    w.methods = methods;
    if (strcmp(argv[1], "all") == 0) {
        w.method_count = lb_method_study_set(methods);
    } else {
        w.method_count = 1;
        LB_TRY(lb_method_get(&methods[0], argv[1], err));
    }
    LB_TRY(lb_network_load(&network, argv[2], err));
    LB_TRY(lb_loader_npy(&source, argv[3], LB_LAYOUT_UNSAID, NULL, err));
    LB_TRY(explain(&w, network, &source, images, batches, argv[6], err));
    print(&w, batches, images);
cleanup:
    if (status != LB_OK) {
        fprintf(stderr, "explain: %s\n", error.message);
    }
    lb_loader_release(&source);
    lb_network_free(network);
    return status == LB_OK ? 0 : 1;
}
