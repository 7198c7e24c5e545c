/* SPDX-License-Identifier: MIT */
/* A small study folder for the report's tests, and looks at its page. */
#ifndef LB_TESTS_REPORT_TESTING_H
#define LB_TESTS_REPORT_TESTING_H

#include "io_testing.h"

#include <stdlib.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/h5.h"

enum { SIDE = 16, IMAGES = 4, PIXELS = SIDE * SIDE };

static const char *const methods[] = {
    "integrated_gradients", "gradient_shap",   "deeplift",      "saliency",
    "input_x_gradient",     "guided_backprop", "deconvolution", "lrp"};
enum { METHODS = sizeof methods / sizeof *methods };

static inline int
teardown(void **state)
{
    remove_tree(*state);
    lb_free(*state);
    return 0;
}

/* Most of a report's time is that of gnuplot's PNG files. Where a test looks at none, gnuplot draws
 * the SVG alone, by which a wrong script is seen, and stands in for the other formats. */
typedef struct quick_gnuplot {
    char folder[32], *path; /* that PATH was */
} quick_gnuplot;
static quick_gnuplot stand_in;

static inline int
use_quick_gnuplot(void **state)
{
    static const char script[] = "#!/bin/sh\n"
                                 "read -r terminal\n"
                                 "case $terminal in\n"
                                 "*' svg '*) { printf '%s\\n' \"$terminal\"; cat; } |"
                                 " PATH=$REAL_PATH gnuplot \"$@\" ;;\n"
                                 "*' pdf'*) printf '%%PDF-1.4 a stand-in\\n%%%%EOF\\n' ;;\n"
                                 "*) printf '\\211PNG\\r\\n\\032\\n a stand-in: IENDcrc.' ;;\n"
                                 "esac\n";
    lb_error err;
    (void)state;
    stand_in = (quick_gnuplot){.path = lb_strdup(getenv("PATH"), &err)};
    snprintf(stand_in.folder, sizeof stand_in.folder, "/tmp/lb-gnuplot-XXXXXX");
    if (stand_in.path == NULL || mkdtemp(stand_in.folder) == NULL) {
        return -1;
    }
    char *program = lb_format(&err, "%s/gnuplot", stand_in.folder);
    char *path = lb_format(&err, "%s:%s", stand_in.folder, stand_in.path);
    FILE *file = fopen(program, "w");
    bool wrote = file != NULL && fputs(script, file) >= 0;
    wrote = file != NULL && fclose(file) == 0 && wrote && chmod(program, 0755) == 0;
    int failed = setenv("REAL_PATH", stand_in.path, 1) + setenv("PATH", path, 1);
    lb_free(path);
    lb_free(program);
    return wrote && failed == 0 ? 0 : -1;
}

static inline int
use_real_gnuplot(void **state)
{
    (void)state;
    int failed = setenv("PATH", stand_in.path, 1);
    remove_tree(stand_in.folder);
    lb_free(stand_in.path);
    return failed;
}

static inline void
write_text(void **state, const char *name, const char *text)
{
    char *path = test_path(state, name);
    test_write_bytes(path, text, strlen(text));
    lb_free(path);
}

static inline void
make_folder(void **state, const char *name)
{
    lb_error err;
    char *path = test_path(state, name);
    assert_ok(lb_make_directories(path, &err));
    lb_free(path);
}

static inline void
write_classification(void **state)
{
    write_text(state, "tables/classification.csv",
               "corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,"
               "balanced_accuracy,mcc,learning_rate,epochs,kept_epoch\n"
               "mri,1,0,validation,4,0.5,0.5,0.5,0.5,0.5,0.5,0,0.01,3,2\n"
               "mri,1,0,holdout,4,0.75,0.8,0.8,0.7,0.8,0.75,0.5,0.01,3,2\n"
               "mri,all,0,holdout,4,0.95,0.99,0.99,0.9,1,0.95,0.9,0.01,3,2\n"
               "it's <b>,1,0,holdout,4,0.96,0.99,0.99,0.9,1,0.95,0.9,0.01,3,2\n");
}

/* Deconvolution on mri, degree 1, scores highest, but that network is not accurate; of the accurate
 * ones, saliency on mri, degree all, is best. */
static inline void
write_explanation(void **state)
{
    char *path = test_path(state, "tables/explanation.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,tnr_median,"
          "tnr_q1,tnr_q3,chance\n",
          table);
    for (int m = 0; m < METHODS; m++) {
        fprintf(table, "mri,1,0,%s,correct,3,0.75,%s,0.1,0.95,0.9,0.9,0.9,0.05\n", methods[m],
                m == 6 ? "0.93" : "0.2");
        fprintf(table, "mri,all,0,%s,correct,3,0.95,%s,0.3,0.8,0.9,0.9,0.9,0.05\n", methods[m],
                m == 3 ? "0.61" : "0.4");
        fprintf(table, "it's <b>,1,0,%s,correct,3,0.96,0.35,0.3,0.4,0.9,0.9,0.9,0.05\n",
                methods[m]);
        fprintf(table, "untrained,none,0,%s,correct,3,0.5,0.12,0.1,0.2,0.9,0.9,0.9,0.05\n",
                methods[m]);
    }
    fputs("baseline,none,0,sobel,correct,3,,0.07,0,0.1,0.9,0.9,0.9,0.05\n"
          "baseline,none,0,raw_input,correct,3,,0.84,0.8,0.9,0.9,0.9,0.9,0.05\n",
          table);
    assert_int_equal(fclose(table), 0);
    lb_free(path);
}

static inline void
write_scores(void **state)
{
    char *path = test_path(state, "tables/scores.csv");
    FILE *table = fopen(path, "w");
    assert_non_null(table);
    fputs("image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
          "precision\n",
          table);
    for (int m = 0; m < METHODS; m++) {
        for (int i = 0; i < IMAGES; i++) {
            fprintf(table, "%d,0,3,mri,1,0,%s,correct,1,1,1,1,0.%d,0.9,0.5\n", i, methods[m],
                    m + i);
            fprintf(table, "%d,0,3,it's <b>,1,0,%s,correct,1,1,1,1,0.%d,0.9,0.5\n", i, methods[m],
                    m + i);
        }
    }
    assert_int_equal(fclose(table), 0);
    lb_free(path);
}

static inline void
write_split(lb_h5 *file, const char *split, const float *image, const float *truth)
{
    lb_error err;
    static const struct {
        const char *name;
        lb_type type;
        size_t rank;
    } members[] = {{"image", LB_F32, 3},
                   {"truth", LB_F32, 3},
                   {"label", LB_U8, 1},
                   {"lesion_count", LB_U8, 1},
                   {"slice", LB_I32, 1}};
    const size_t shape[] = {IMAGES, SIDE, SIDE};
    const uint8_t labels[IMAGES] = {0, 1, 0, 1}, counts[IMAGES] = {3, 3, 3, 3};
    const int32_t slices[IMAGES] = {0, 1, 2, 3};
    const void *data[] = {image, truth, labels, counts, slices};
    for (size_t i = 0; i < 5; i++) {
        char *name = lb_format(&err, "%s/%s", split, members[i].name);
        assert_ok(lb_h5_write(file, name, members[i].type, members[i].rank, shape, data[i], &err));
        lb_free(name);
    }
}

static inline void
write_dataset(void **state)
{
    lb_error err;
    lb_h5 *file = NULL;
    float image[IMAGES * PIXELS], truth[IMAGES * PIXELS];
    for (int i = 0; i < IMAGES * PIXELS; i++) {
        truth[i] = i % PIXELS / SIDE > 4 && i % PIXELS / SIDE < 8 && i % SIDE > 5 && i % SIDE < 9;
        image[i] = 0.3f + 0.5f * truth[i];
    }
    char *path = test_path(state, "dataset.h5");
    assert_ok(lb_h5_create(&file, path, "dataset", 1, NULL, &err));
    write_split(file, "train", image, truth);
    write_split(file, "validation", image, truth);
    write_split(file, "holdout", image, truth);
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    lb_free(path);
}

/* Maps of holdout images 1 and 3, or of the first so many of them. */
static inline void
write_kept_maps(void **state, const char *name, size_t kept, size_t side)
{
    lb_error err;
    lb_h5 *file = NULL;
    const size_t shape[] = {kept, side, side};
    const int32_t index[] = {1, 3};
    float map[2 * PIXELS];
    for (int i = 0; i < 2 * PIXELS; i++) {
        map[i] = (float)(i * 37 % 101);
    }
    char *path = test_path(state, name);
    assert_ok(lb_h5_create(&file, path, "explanations", 1, NULL, &err));
    assert_ok(lb_h5_write(file, "index", LB_I32, 1, &kept, index, &err));
    for (int m = 0; m < METHODS; m++) {
        char *member = lb_format(&err, "%s/map", methods[m]);
        assert_ok(lb_h5_write(file, member, LB_F32, 3, shape, map, &err));
        lb_free(member);
    }
    assert_ok(lb_h5_commit(file, &err));
    lb_h5_close(file);
    lb_free(path);
}

static inline void
write_maps(void **state, const char *name, size_t side)
{
    write_kept_maps(state, name, 2, side);
}

static inline void
write_history(void **state, const char *name)
{
    write_text(state, name,
               "epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,"
               "kept\n1,0.01,0.7,0.5,0.7,0.5,0\n2,0.01,0.6,0.7,0.6,0.65,1\n3,0.01,0.6,0.7,0.6,0.6,"
               "0\n");
}

static inline void
write_study(void **state)
{
    make_folder(state, "tables");
    make_folder(state, "explanations");
    make_folder(state, "models/mri/degree_1_seed_0");
    write_classification(state);
    write_explanation(state);
    write_scores(state);
    write_dataset(state);
    write_maps(state, "explanations/mri_degree_1_seed_0.h5", SIDE);
    write_maps(state, "explanations/untrained.h5", SIDE);
    write_history(state, "models/mri/degree_1_seed_0/history.csv");
    write_history(state, "models/mri/pretraining_history.csv");
    write_text(state, "study.yaml", "name: <script>alert(1)</script>\n");
    write_text(state, "manifest.json",
               "{\"version\": \"9.8.7\", \"seconds\": 12.5, \"peak_memory_bytes\": 1500000000,"
               "\"stages\": [{\"name\": \"compose\", \"seconds\": 3.25, \"skipped\": true}]}");
}

/* The page as text (lb_free). */
static inline char *
read_page(void **state)
{
    lb_error err;
    size_t size = 0;
    char *path = test_path(state, "report/index.html");
    uint8_t *bytes = test_read_bytes(&size, path);
    char *page = lb_format(&err, "%.*s", (int)size, (const char *)bytes);
    lb_free(bytes);
    lb_free(path);
    return page;
}

#define assert_says(page, part)                     \
    do {                                            \
        if (strstr((page), (part)) == NULL) {       \
            fail_msg("the page lacks: %s", (part)); \
        }                                           \
    } while (0)
#define assert_silent(page, part)                         \
    do {                                                  \
        if (strstr((page), (part)) != NULL) {             \
            fail_msg("the page should lack: %s", (part)); \
        }                                                 \
    } while (0)

static inline size_t
times(const char *text, const char *part)
{
    size_t count = 0;
    for (text = strstr(text, part); text != NULL; text = strstr(text + 1, part)) {
        count++;
    }
    return count;
}

static inline void
assert_png(void **state, const char *name, size_t width, size_t height)
{
    size_t size = 0;
    char *path = test_path(state, name);
    uint8_t *bytes = test_read_bytes(&size, path);
    assert_true(size > 24);
    assert_memory_equal(bytes, "\x89PNG\r\n\x1a\n", 8);
    if (width > 0) {
        assert_int_equal(bytes[18] << 8 | bytes[19], width);
        assert_int_equal(bytes[22] << 8 | bytes[23], height);
    }
    lb_free(bytes);
    lb_free(path);
}

static inline void
assert_svg(void **state, const char *name, const char *part)
{
    lb_error err;
    size_t size = 0;
    char *path = test_path(state, name);
    uint8_t *bytes = test_read_bytes(&size, path);
    char *text = lb_format(&err, "%.*s", (int)size, (const char *)bytes);
    assert_non_null(strstr(text, "</svg>"));
    assert_non_null(strstr(text, part));
    assert_null(strstr(text, "http://localhost"));
    lb_free(text);
    lb_free(bytes);
    lb_free(path);
}

/* No file keeps its temporary name. */
static inline void
assert_no_partial(const char *folder)
{
    lb_error err;
    DIR *open = opendir(folder);
    for (struct dirent *entry; open != NULL && (entry = readdir(open)) != NULL;) {
        assert_null(strstr(entry->d_name, ".partial"));
        if (entry->d_name[0] != '.') {
            char *inner = lb_format(&err, "%s/%s", folder, entry->d_name);
            assert_no_partial(inner);
            lb_free(inner);
        }
    }
    if (open != NULL) {
        closedir(open);
    }
}

#endif
