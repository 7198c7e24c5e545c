/* SPDX-License-Identifier: MIT */
/* What explaining says of how far it has come: from 0, often, never back, to the end. */
#include <math.h>
#include <string.h>

#include "testing.h"

#include "lesionbench/method.h"

enum { SIDE = 40, PIXELS = SIDE * SIDE, IMAGES = 2 };

typedef struct listener {
    size_t calls;
    double first, last, widest; /* shares; the widest step between two calls */
} listener;

static void
hear(void *data, const char *what, size_t done, size_t total)
{
    listener *self = data;
    assert_string_equal(what, "explaining");
    assert_in_range(done, 0, total);
    double share = (double)done / (double)total;
    if (self->calls++ == 0) {
        self->first = self->last = share;
    }
    assert_true(share >= self->last);
    self->widest = fmax(self->widest, share - self->last);
    self->last = share;
}

static lb_status
ignore(void *data, const lb_explanation *explanation, lb_error *err)
{
    (void)data;
    (void)explanation;
    (void)err;
    return LB_OK;
}

/* Both images are one batch. */
static listener
explain(const char *const *names, size_t count, const lb_explain_options *options)
{
    static float images[IMAGES * PIXELS];
    const size_t items[IMAGES] = {0, 1};
    const int32_t targets[IMAGES] = {0, 1};
    const lb_method *methods[8];
    lb_error err;
    lb_architecture architecture;
    lb_network *network = NULL;
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 16, 2, &err));
    assert_ok(lb_network_create(&network, &architecture, 5, &err));
    listener self = {.calls = 0};
    const lb_context context = {.progress = hear, .progress_data = &self};
    for (size_t i = 0; i < IMAGES * PIXELS; i++) {
        images[i] = (float)(i % 17) / 17;
    }
    for (size_t m = 0; m < count; m++) {
        assert_ok(lb_method_get(&methods[m], names[m], &err));
    }
    assert_ok(lb_explain(network, images, 1, SIDE, SIDE, IMAGES, items, targets, methods, count,
                         options, ignore, NULL, &context, &err));
    lb_network_free(network);
    return self;
}

static lb_explain_options
small_batches(void)
{
    lb_explain_options options;
    lb_explain_defaults(&options);
    options.batch = 4;
    return options;
}

static void
one_batch_is_many_steps(void **state)
{
    (void)state;
    static const char *const names[] = {"integrated_gradients", "saliency", "sobel"};
    const lb_explain_options options = small_batches();
    const listener heard = explain(names, 3, &options);
    assert_true(heard.first == 0);
    assert_true(heard.last == 1);
    assert_true(heard.widest < 0.1);
}

static void
changed_copies_are_many_steps(void **state)
{
    (void)state;
    static const char *const names[] = {"rise"};
    lb_explain_options options = small_batches();
    options.perturbation.rise_masks = 400;
    const listener heard = explain(names, 1, &options);
    assert_true(heard.first == 0);
    assert_true(heard.last == 1);
    assert_true(heard.widest < 0.1);
}

/* Doubling the steps is more work than was reckoned; a control is next to none. */
static void
what_was_not_reckoned_does_not_go_beyond(void **state)
{
    (void)state;
    static const char *const names[] = {"integrated_gradients", "raw_input"};
    lb_explain_options options = small_batches();
    options.steps = 2;
    options.tolerance = 1e-12;
    options.maximum_steps = 16;
    const listener heard = explain(names, 2, &options);
    assert_true(heard.last == 1);
}

static const lb_method *
find(const char *name)
{
    const lb_method *method = NULL;
    lb_error err;
    assert_ok(lb_method_get(&method, name, &err));
    return method;
}

static void
work_follows_the_settings(void **state)
{
    (void)state;
    lb_explain_options o;
    lb_explain_defaults(&o);
    assert_true(lb_method_passes(find("saliency"), &o, 224, 224) == 1);
    assert_true(lb_method_passes(find("sobel"), &o, 224, 224) < 0.1);
    assert_true(lb_method_passes(find("integrated_gradients"), &o, 224, 224) == 50);
    assert_true(lb_method_passes(find("expected_gradients"), &o, 224, 224) == 50);
    assert_true(lb_method_passes(find("deep_shap"), &o, 224, 224) == 20);
    assert_true(lb_method_passes(find("xrai"), &o, 224, 224) == 100);
    assert_true(lb_method_passes(find("kernel_shap"), &o, 224, 224) > 700);
    double occlusion = lb_method_passes(find("occlusion"), &o, 224, 224);
    assert_true(occlusion > 200 && occlusion < 300); /* 27 x 27 windows, forward */
    o.steps = 200;
    assert_true(lb_method_passes(find("integrated_gradients"), &o, 224, 224) == 200);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_batch_is_many_steps),
        cmocka_unit_test(changed_copies_are_many_steps),
        cmocka_unit_test(what_was_not_reckoned_does_not_go_beyond),
        cmocka_unit_test(work_follows_the_settings),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
