/* SPDX-License-Identifier: MIT */
/* The study's published pickles, where they are at hand, against what Python reads from them; and
 * the published lesions against ours. Their figures are in expected_published.h, so that ours are
 * measured without the files too. */
#include "unit/io_testing.h"

#include <math.h>

#include "expected_published.h"
#include "lesionbench/lesions.h"
#include "lesionbench/pickle.h"

#define FILE_OF(name) LB_SHARED "/published/" name ".pkl"

typedef struct digest {
    size_t containers, texts, arrays, numbers;
    double sum, weighted;
} digest;

static void
add(digest *d, double number)
{
    d->sum += number;
    d->weighted += number * (double)(d->numbers * 37 % 101);
    d->numbers++;
}

static void
add_value(digest *d, const lb_value *value)
{
    double number = 0;
    lb_error err = {0};
    lb_array array = {0};
    if (lb_value_number(&number, value)) {
        add(d, number);
    } else if (value->kind == LB_VALUE_TEXT) {
        d->texts++;
        for (const char *c = lb_value_text(value); *c != '\0'; c++) {
            add(d, (unsigned char)*c);
        }
    } else if (lb_value_array(value) != NULL) {
        d->arrays++;
        assert_ok(lb_value_to_reals(&array, value, LB_F64, &err));
        for (size_t i = 0; i < lb_array_count(&array); i++) {
            add(d, ((const double *)array.data)[i]);
        }
        lb_array_release(&array);
    } else {
        d->containers++;
        for (size_t i = 0; i < lb_value_count(value); i++) {
            if (value->kind == LB_VALUE_DICT) {
                add_value(d, lb_value_key(value, i));
            }
            add_value(d, lb_value_at(value, i));
        }
    }
}

static void
published_files_as_python_reads_them(void **state)
{
    (void)state;
    skip_without(FILE_OF("round_lesions"));
    for (size_t i = 0; i < sizeof PUBLISHED / sizeof *PUBLISHED; i++) {
        lb_error err = {0};
        lb_pickle *pickle = NULL;
        digest found = {0};
        const published_figure *expected = &PUBLISHED[i];
        char *path = lb_format(&err, LB_SHARED "/published/%s.pkl", expected->name);
        assert_ok(lb_pickle_read(&pickle, path, NULL, &err));
        add_value(&found, lb_pickle_root(pickle));
        assert_int_equal(found.containers, expected->containers);
        assert_int_equal(found.texts, expected->texts);
        assert_int_equal(found.arrays, expected->arrays);
        assert_int_equal(found.numbers, expected->numbers);
        assert_close(found.sum, expected->sum, 0, 1e-12);
        assert_close(found.weighted, expected->weighted, 0, 1e-12);
        lb_pickle_free(pickle);
        lb_free(path);
    }
}

static void
generate(lb_lesion_library *out)
{
    lb_error err = {0};
    lb_lesion_options options;
    lb_lesion_defaults(&options);
    options.count = PUBLISHED_LESIONS;
    options.distractors = 0;
    options.max_fields = 2000;
    assert_ok(lb_lesions_generate(out, &options, NULL, &err));
}

static void
published_lesions_equal_ours(void **state)
{
    (void)state;
    skip_without(FILE_OF("round_lesions"));
    lb_error err = {0};
    lb_lesion_library ours = {0}, published = {0};
    generate(&ours);
    assert_ok(lb_lesions_import(&published, FILE_OF("round_lesions"), FILE_OF("not_round_lesions"),
                                &err));
    for (int shape = 0; shape < LB_CLASSES; shape++) {
        assert_int_equal(published.count[shape], PUBLISHED_LESIONS);
        assert_int_equal(ours.count[shape], PUBLISHED_LESIONS);
        for (size_t i = 0; i < PUBLISHED_LESIONS; i++) {
            const lb_lesion *a = &ours.lesions[shape][i], *b = &published.lesions[shape][i];
            assert_int_equal(a->height, b->height);
            assert_int_equal(a->width, b->width);
            assert_close(round(a->compactness * 1000) / 1000, b->compactness, 1e-15, 0);
            for (size_t p = 0; p < a->height * a->width; p++) {
                assert_close(a->mask[p], b->mask[p], 1e-12, 0);
            }
        }
    }
    lb_lesions_release(&published);
    lb_lesions_release(&ours);
}

static void
ours_have_the_published_figures(void **state)
{
    (void)state;
    lb_lesion_library ours = {0};
    generate(&ours);
    for (int shape = 0; shape < LB_CLASSES; shape++) {
        double sum = 0, weighted = 0;
        for (size_t i = 0; i < PUBLISHED_LESIONS; i++) {
            const lb_lesion *l = &ours.lesions[shape][i];
            assert_int_equal(lround(l->compactness * 1000), PUBLISHED_CLASS[shape].thousandths[i]);
            for (size_t p = 0; p < l->height * l->width; p++) {
                sum += l->mask[p];
                weighted += l->mask[p] * (double)(p * 37 % 101);
            }
        }
        assert_close(sum, PUBLISHED_CLASS[shape].sum, 0, 1e-13);
        assert_close(weighted, PUBLISHED_CLASS[shape].weighted, 0, 1e-13);
    }
    lb_lesions_release(&ours);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_files_as_python_reads_them),
        cmocka_unit_test(published_lesions_equal_ours),
        cmocka_unit_test(ours_have_the_published_figures),
    };
    return cmocka_run_group_tests_name("published files", tests, NULL, NULL);
}
