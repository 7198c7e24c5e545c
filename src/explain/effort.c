/* SPDX-License-Identifier: MIT */
/* How much work a method is, from the settings it has, and how far a run has come. */
#include "effort.h"

#include <math.h>
#include <string.h>

/* Forward alone, over forward and back. A control's map costs next to nothing. */
static const double FORWARD = 0.35, CONTROL = 0.02;

/* Settings that say how often an image goes through the network. */
static const struct {
    const char *key;
    size_t offset;
    double each;  /* passes */
    size_t usual; /* what 0 stands for */
} COUNTS[] = {
    {"steps", offsetof(lb_explain_options, steps), 1, 0},
    {"samples", offsetof(lb_explain_options, samples), 1, 0},
    {"smooth_samples", offsetof(lb_explain_options, smooth_samples), 1, 0},
    {"expected_samples", offsetof(lb_explain_options, expected_samples), 1, 0},
    {"backgrounds", offsetof(lb_explain_options, backgrounds), 1, 0},
    {"blur_steps", offsetof(lb_explain_options, blur_steps), 1, 0},
    {"xrai_steps", offsetof(lb_explain_options, xrai_steps), 2, 0},
    {"rise_masks", offsetof(lb_explain_options, perturbation.rise_masks), 0.35, 0},
    {"shap_samples", offsetof(lb_explain_options, perturbation.shap_samples), 0.35, 2048},
    {"lime_samples", offsetof(lb_explain_options, perturbation.lime_samples), 0.35, 0},
};

/* 27 x 27 windows of a fourteenth of the side, half a window apart. */
static double
occlusion_passes(const lb_explain_options *options, size_t height, size_t width)
{
    size_t shorter = height < width ? height : width;
    size_t window = options->perturbation.occlusion_window;
    size_t stride = options->perturbation.occlusion_stride;
    double side = window > 0 ? (double)window : fmax(1, (double)shorter / 14);
    double apart = stride > 0 ? (double)stride : fmax(1, side / 2);
    double rows = fmax(1, ((double)height - side) / apart + 1);
    return FORWARD * rows * fmax(1, ((double)width - side) / apart + 1);
}

double
lb_method_passes(size_t index, const lb_explain_options *options, size_t height, size_t width)
{
    const char *const *keys = lb_method_parameters(index);
    double passes = lb_method_is_control(index) ? CONTROL : 1;
    for (; *keys != NULL; keys++) {
        if (strcmp(*keys, "occlusion_window") == 0) {
            passes = fmax(passes, occlusion_passes(options, height, width));
        }
        for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
            if (strcmp(*keys, COUNTS[i].key) == 0) {
                const void *place = (const char *)options + COUNTS[i].offset;
                size_t count = *(const size_t *)place;
                count = count > 0 ? count : COUNTS[i].usual;
                passes = fmax(passes, COUNTS[i].each * (double)count);
            }
        }
    }
    return passes;
}

double
lb_methods_passes(const size_t *methods, size_t count, const lb_explain_options *options,
                  size_t height, size_t width)
{
    double sum = 0;
    for (size_t m = 0; m < count; m++) {
        sum += lb_method_passes(methods[m], options, height, width);
    }
    return sum;
}

static void
tell(const lb_explainer *e)
{
    enum { PARTS = 1000 };
    const struct lb_effort *effort = e->effort;
    size_t parts = PARTS * effort->images;
    double share = effort->total > 0 ? fmin(1, effort->done / effort->total) : 1;
    lb_progress(e->context, "explaining", (size_t)(share * (double)parts), parts);
}

void
lb_explainer_begin(const lb_explainer *e, size_t images)
{
    double each = lb_methods_passes(e->methods, e->method_count, e->options, e->height, e->width);
    *e->effort = (struct lb_effort){.images = images, .total = (double)images * each};
    tell(e);
}

void
lb_explainer_begin_method(const lb_explainer *e, size_t method)
{
    e->effort->end = e->effort->done +
                     (double)e->count * lb_method_passes(method, e->options, e->height, e->width);
}

void
lb_explainer_advance(const lb_explainer *e, double passes)
{
    e->effort->done = fmin(e->effort->done + passes, e->effort->end);
    tell(e);
}

void
lb_explainer_advance_forward(const lb_explainer *e, size_t passes)
{
    lb_explainer_advance(e, FORWARD * (double)passes);
}

void
lb_explainer_end_method(const lb_explainer *e)
{
    e->effort->done = e->effort->end;
    tell(e);
}
