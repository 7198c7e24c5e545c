/* SPDX-License-Identifier: MIT */
/* Methods from outside the library: what is refused, and that one that is registered is found,
 * explains, and gets errors where it asks for what it does not need. */
#include <string.h>

#include "testing.h"

#include "lesionbench/method.h"
#include "lesionbench/random.h"

enum { SIDE = 32, PIXELS = SIDE * SIDE, VALUES = 3 * PIXELS, IMAGES = 3 };

static const size_t items[IMAGES] = {5, 6, 7};
static const int32_t targets[IMAGES] = {0, 1, 0};

typedef struct fixture {
    lb_network *network;
    float images[IMAGES * PIXELS];
    float out[IMAGES * VALUES], map[IMAGES * PIXELS];
    lb_diagnostics diagnostics[IMAGES];
    size_t count;
} fixture;

/* A call that the method makes of its session. */
typedef enum call {
    CALL_GRADIENT,
    CALL_BACKWARD,
    CALL_PATH,
    CALL_NO_POINTS,
    CALL_SAMPLES,
    CALL_COPIES,
    CALL_BACKGROUND,
    CALL_EXPECT,
    CALL_COMPOSITE,
    CALL_OTHER_BATCH,
    CALLS
} call;

static call wanted;

static lb_status
attribute(float *out, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    static const double alphas[IMAGES] = {1, 1, 1}, weights[1] = {1};
    const lb_path_samples samples = {.count = 1};
    lb_batch other = *batch;
    const float *values = NULL;
    double value = 0;
    size_t count = 0;
    other.count++;
    memset(out, 0, batch->count * batch->values * sizeof *out);
    switch (wanted) {
    case CALL_GRADIENT:
        return lb_session_gradient(&values, session, batch, err);
    case CALL_BACKWARD:
        return lb_session_backward(out, session, batch, LB_RULE_DEEPLIFT, false, err);
    case CALL_PATH:
        return lb_session_path_sum(out, session, batch, alphas, weights, 1, err);
    case CALL_NO_POINTS:
        return lb_session_path_sum(out, session, batch, alphas, weights, 0, err);
    case CALL_SAMPLES:
        return lb_session_path_samples(session, batch, &samples, err);
    case CALL_COPIES:
        return lb_session_forward_copies(&value, session, batch, 0, 1, NULL, NULL, LB_TARGET_LOGIT,
                                         err);
    case CALL_BACKGROUND:
        return lb_session_background_images(&values, &count, session, batch, err);
    case CALL_EXPECT:
        return lb_session_expect_sum(diagnostics, session, batch, true, err);
    case CALL_COMPOSITE:
        return lb_session_backward(out, session, batch, LB_RULE_LRP_COMPOSITE, false, err);
    case CALL_OTHER_BATCH:
        return lb_session_backward(out, session, &other, LB_RULE_GRADIENT, false, err);
    default:
        return lb_fail(err, LB_ERROR_ARGUMENT, "no such call");
    }
}

/* As input_x_gradient, and what it was given is right. */
static lb_status
multiply(float *out, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
         lb_error *err)
{
    lb_status status = LB_OK;
    const float *gradient = NULL;
    assert_int_equal(batch->pixels, PIXELS);
    assert_int_equal(batch->values, VALUES);
    assert_int_equal(batch->classes, 2);
    assert_string_equal((const char *)batch->method->data, "mine");
    assert_true(batch->options->lrp.epsilon == 0.5);
    assert_non_null(lb_session_logits(session));
    LB_TRY(lb_session_gradient(&gradient, session, batch, err));
    for (size_t v = 0; v < batch->count * batch->values; v++) {
        out[v] = batch->images[v] * gradient[v];
    }
    for (size_t i = 0; i < batch->count; i++) {
        diagnostics[i].steps = 7;
    }
cleanup:
    return status;
}

static lb_status
copy_grey(float *out, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
          lb_error *err)
{
    (void)diagnostics;
    (void)session;
    (void)err;
    memcpy(out, batch->grey, batch->count * batch->pixels * sizeof *out);
    return LB_OK;
}

/* One value for a pixel: -1 in the upper half, 1 below. */
static lb_status
halve(float *out, lb_diagnostics *diagnostics, lb_session *session, const lb_batch *batch,
      lb_error *err)
{
    (void)diagnostics;
    (void)session;
    (void)err;
    for (size_t p = 0; p < batch->count * batch->pixels; p++) {
        out[p] = p % batch->pixels < batch->pixels / 2 ? -1.0f : 1.0f;
    }
    return LB_OK;
}

static const lb_method_default own_epsilon[] = {{"lrp_epsilon", 0.5}, {NULL, 0}};
static const lb_method_default bad_key[] = {{"epsilon", 0.5}, {NULL, 0}};
static const lb_method_default bad_value[] = {{"lrp_epsilon", -1}, {NULL, 0}};
static const char *const known_settings[] = {"lrp_epsilon", NULL};
static const char *const unknown_settings[] = {"lrp_epsilon", "stepz", NULL};

/* A row has a sound descriptor, of which it replaces a part. */
#pragma GCC diagnostic ignored "-Woverride-init"
#define METHOD(...)                    \
    {.struct_size = sizeof(lb_method), \
     .title = "Mine",                  \
     .summary = "mine",                \
     .source = "mine",                 \
     .attribute = attribute,           \
     __VA_ARGS__}

static const lb_method MINE =
    METHOD(.name = "mine", .needs = LB_NEEDS_FORWARD, .settings = known_settings,
           .defaults = own_epsilon, .data = "mine", .attribute = multiply);
static const lb_method CONTROL =
    METHOD(.name = "my_control", .flags = LB_METHOD_CONTROL, .attribute = copy_grey);
static const lb_method HALVES =
    METHOD(.name = "halves", .needs = LB_NEEDS_FORWARD,
           .flags = LB_METHOD_PER_PIXEL | LB_METHOD_POSITIVE, .attribute = halve);
static const lb_method GREEDY = METHOD(.name = "greedy", .needs = LB_NEEDS_COPIES);
static const lb_method FORWARD = METHOD(.name = "forward_alone", .needs = LB_NEEDS_FORWARD);
static const lb_method PATH =
    METHOD(.name = "path_alone", .needs = LB_NEEDS_FORWARD | LB_NEEDS_PATH);

static const struct {
    lb_method method;
    const char *words;
} REFUSED[] = {
    {METHOD(.name = "x", .struct_size = 0), "struct_size is 0: must be sizeof(lb_method)"},
    {METHOD(.name = "x", .struct_size = sizeof(lb_method) + 8), "must be sizeof(lb_method)"},
    {METHOD(.name = NULL), "name is ''"},
    {METHOD(.name = ""), "name is ''"},
    {METHOD(.name = "My_method"), "name is 'My_method': must be a-z"},
    {METHOD(.name = "a/b"), "name is 'a/b'"},
    {METHOD(.name = "a:b"), "name is 'a:b'"},
    {METHOD(.name = "a,b"), "name is 'a,b'"},
    {METHOD(.name = "1st"), "name is '1st'"},
    {METHOD(.name = "a_name_that_is_longer_than_the_thirty_nine"), "more than 39 characters"},
    {METHOD(.name = "saliency", .needs = LB_NEEDS_FORWARD), "there is a method 'saliency' already"},
    {METHOD(.name = "mine", .needs = LB_NEEDS_FORWARD), "there is a method 'mine' already"},
    {METHOD(.name = "study"), "'study' means something else"},
    {METHOD(.name = "all"), "'all' means something else"},
    {METHOD(.name = "untrained"), "'untrained' means something else"},
    {METHOD(.name = "randomised_x"), "'randomised_x' means something else"},
    {METHOD(.name = "x", .title = NULL), "the method x needs a title"},
    {METHOD(.name = "x", .summary = ""), "needs a summary"},
    {METHOD(.name = "x", .source = "two\nlines"), "needs a source of one line"},
    {METHOD(.name = "x", .needs = LB_NEEDS_FORWARD, .attribute = NULL), "has no attribute()"},
    {METHOD(.name = "x"), "it is a control"},
    {METHOD(.name = "x", .flags = LB_METHOD_CONTROL, .needs = LB_NEEDS_FORWARD), "is a control"},
    {METHOD(.name = "x", .flags = LB_METHOD_CONTROL | LB_METHOD_PER_PIXEL), "is a control"},
    {METHOD(.name = "x", .needs = 1U << 20), "does not know"},
    {METHOD(.name = "x", .needs = LB_NEEDS_FORWARD, .flags = 1U << 20), "does not know"},
    {METHOD(.name = "x", .needs = LB_NEEDS_FORWARD, .flags = LB_METHOD_IN_STUDY), "alone"},
    {METHOD(.name = "x", .flags = LB_METHOD_CONTROL | LB_METHOD_OF_EDGES), "alone"},
    {METHOD(.name = "x", .needs = LB_NEEDS_FORWARD, .flags = LB_METHOD_POSITIVE), "PER_PIXEL"},
    {METHOD(.name = "x", .needs = LB_NEEDS_COPIES, .flags = LB_METHOD_OF_GRADIENT), "OF_GRADIENT"},
    {METHOD(.name = "x", .needs = LB_NEEDS_PATH), "without LB_NEEDS_FORWARD"},
    {METHOD(.name = "x", .needs = LB_NEEDS_FORWARD, .settings = unknown_settings),
     "'stepz' is no setting"},
    {METHOD(.name = "x", .needs = LB_NEEDS_FORWARD, .defaults = bad_key), "default of 'epsilon'"},
    {METHOD(.name = "x", .needs = LB_NEEDS_FORWARD, .defaults = bad_value), "beyond its range"},
};

static size_t
count_methods(void)
{
    size_t count = 0;
    while (lb_method_at(count) != NULL) {
        count++;
    }
    return count;
}

static void
what_is_wrong_is_refused(void **state)
{
    size_t before = count_methods();
    (void)state;
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) {
        lb_error err = {.code = LB_OK};
        assert_int_equal(lb_method_register(&REFUSED[i].method, &err), LB_ERROR_ARGUMENT);
        if (strstr(err.message, REFUSED[i].words) == NULL) {
            fail_msg("'%s' does not say '%s'", err.message, REFUSED[i].words);
        }
        assert_null(strchr(err.message, '\n'));
    }
    lb_error err;
    assert_int_equal(lb_method_register(NULL, &err), LB_ERROR_ARGUMENT);
    assert_int_equal(count_methods(), before);
}

static void
what_is_registered_is_found(void **state)
{
    (void)state;
    const lb_method *method = lb_method_find("mine");
    assert_non_null(method);
    assert_ptr_not_equal(method, &MINE); /* a copy */
    assert_string_equal(method->title, "Mine");
    assert_null(lb_method_find("their"));
    assert_null(lb_method_find(NULL));
    assert_true(lb_method_is_control(lb_method_find("my_control")));
    assert_int_equal(lb_method_study_set(NULL), 8);
    lb_error err;
    assert_int_equal(lb_method_get(&method, "my_contrl", &err), LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "did you mean 'my_control'"));
}

static lb_status
collect(void *data, const lb_explanation *e, lb_error *err)
{
    fixture *f = data;
    (void)err;
    if (e->attribution != NULL) {
        memcpy(f->out + f->count * VALUES, e->attribution, e->count * VALUES * sizeof *f->out);
    }
    memcpy(f->map + f->count * PIXELS, e->map, e->count * PIXELS * sizeof *f->map);
    memcpy(f->diagnostics + f->count, e->diagnostics, e->count * sizeof *f->diagnostics);
    f->count += e->count;
    return LB_OK;
}

/* In batches of two, so that the last is not full. */
static lb_status
explain(fixture *f, const char *name, lb_error *err)
{
    const lb_method *method = lb_method_find(name);
    lb_explain_options options;
    assert_non_null(method);
    lb_explain_defaults(&options);
    options.batch = 2;
    f->count = 0;
    return lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, &method, 1,
                      &options, collect, f, NULL, err);
}

static void
a_registered_method_explains(void **state)
{
    fixture *f = *state;
    static float own[IMAGES * VALUES];
    lb_error err;
    assert_ok(explain(f, "mine", &err));
    assert_int_equal(f->diagnostics[2].steps, 7);
    memcpy(own, f->out, sizeof own);
    assert_ok(explain(f, "input_x_gradient", &err));
    assert_memory_equal(own, f->out, sizeof own);
    assert_ok(explain(f, "my_control", &err));
    assert_memory_equal(f->map, f->images, sizeof f->images);
    assert_ok(explain(f, "halves", &err));
    for (size_t v = 0; v < IMAGES * VALUES; v++) {
        assert_true(f->out[v] == (v % PIXELS < PIXELS / 2 ? -1.0f : 1.0f));
    }
    for (size_t p = 0; p < IMAGES * PIXELS; p++) {
        assert_true(f->map[p] == (p % PIXELS < PIXELS / 2 ? 0.0f : 1.0f));
    }
}

static void
calls_without_a_need_are_refused(void **state)
{
    static const struct {
        call made;
        const char *method, *words;
    } CALLS_REFUSED[] = {
        {CALL_GRADIENT, "greedy", "greedy calls lb_session_gradient() without LB_NEEDS_FORWARD"},
        {CALL_BACKWARD, "greedy", "lb_session_backward() without LB_NEEDS_FORWARD"},
        {CALL_BACKWARD, "forward_alone", "without LB_NEEDS_REFERENCE"},
        {CALL_PATH, "forward_alone", "lb_session_path_sum() without LB_NEEDS_PATH"},
        {CALL_NO_POINTS, "path_alone", "path_alone: a path needs at least one point"},
        {CALL_SAMPLES, "forward_alone", "lb_session_path_samples() without LB_NEEDS_PATH"},
        {CALL_COPIES, "forward_alone", "lb_session_forward_copies() without LB_NEEDS_COPIES"},
        {CALL_BACKGROUND, "forward_alone", "without LB_NEEDS_BACKGROUND"},
        {CALL_EXPECT, "forward_alone", "lb_session_expect_sum() without LB_NEEDS_REFERENCE"},
        {CALL_COMPOSITE, "forward_alone", "a rule that needs no composite and no patterns"},
        {CALL_OTHER_BATCH, "forward_alone", "with another batch than its own"},
    };
    fixture *f = *state;
    for (size_t i = 0; i < sizeof CALLS_REFUSED / sizeof *CALLS_REFUSED; i++) {
        lb_error err = {.code = LB_OK};
        wanted = CALLS_REFUSED[i].made;
        assert_int_equal(explain(f, CALLS_REFUSED[i].method, &err), LB_ERROR_ARGUMENT);
        if (strstr(err.message, CALLS_REFUSED[i].words) == NULL) {
            fail_msg("'%s' does not say '%s'", err.message, CALLS_REFUSED[i].words);
        }
    }
    lb_error err;
    wanted = CALL_PATH;
    assert_ok(explain(f, "path_alone", &err)); /* what it does need it has */
}

/* A name that lb_method_find() does not know. */
static void
no_method_is_refused(void **state)
{
    fixture *f = *state;
    const lb_method *none = lb_method_find("their");
    lb_explain_options options;
    lb_error err;
    lb_explain_defaults(&options);
    assert_int_equal(lb_explain(f->network, f->images, 1, SIDE, SIDE, IMAGES, items, targets, &none,
                                1, &options, collect, f, NULL, &err),
                     LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "method 0 of 1 is NULL: lb_method_find()"));
}

static void
later_is_too_late(void **state)
{
    static const lb_method late = METHOD(.name = "late", .needs = LB_NEEDS_FORWARD);
    fixture *f = *state;
    lb_error err;
    assert_ok(explain(f, "halves", &err));
    assert_int_equal(lb_method_register(&late, &err), LB_ERROR_ARGUMENT);
    assert_non_null(strstr(err.message, "late comes too late: register methods before the first"));
}

static int
set_up(void **state)
{
    static fixture f;
    static const lb_method *const OWN[] = {&MINE, &CONTROL, &HALVES, &GREEDY, &FORWARD, &PATH};
    lb_error err;
    lb_architecture architecture;
    lb_random random;
    for (size_t m = 0; m < sizeof OWN / sizeof *OWN; m++) {
        assert_ok(lb_method_register(OWN[m], &err));
    }
    assert_ok(lb_architecture_init(&architecture, "vgg11", 1.0 / 16, 2, &err));
    assert_ok(lb_network_create(&f.network, &architecture, 3, &err));
    lb_random_init(&random, 4, LB_PURPOSE_TEST, 0);
    for (size_t p = 0; p < IMAGES * PIXELS; p++) {
        f.images[p] = (float)lb_random_uniform(&random);
    }
    *state = &f;
    return 0;
}

static int
tear_down(void **state)
{
    fixture *f = *state;
    lb_network_free(f->network);
    return 0;
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_refused),
        cmocka_unit_test(what_is_registered_is_found),
        cmocka_unit_test(a_registered_method_explains),
        cmocka_unit_test(calls_without_a_need_are_refused),
        cmocka_unit_test(no_method_is_refused),
        cmocka_unit_test(later_is_too_late),
    };
    return cmocka_run_group_tests_name("own_methods", tests, set_up, tear_down);
}
