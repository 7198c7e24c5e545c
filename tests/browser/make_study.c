/* SPDX-License-Identifier: MIT */
/* Makes a study folder with made-up numbers, for the page's tests and for measuring the report:
 * make_study DIR [--seeds N] [--images N] [--explained N] [--kept N] [--side N] [--matched]
 * has two corpora x five degrees x N seeds, scores of as many holdout images as are explained, and
 * maps of those kept. Maps find the truth the better the higher the degree; the raw input's is
 * right. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lesionbench/atomic_file.h"
#include "lesionbench/h5.h"
#include "lesionbench/random.h"
#include "lesionbench/score.h"

enum { CORPORA = 2, DEGREES = 5, METHODS = 8, BASELINES = 3, ROWS = 8 };
static const char *const corpora[CORPORA] = {"mri", "imagenet"};
static const char *const degrees[DEGREES] = {"1", "2", "3", "4", "all"};
static const char *const methods[METHODS] = {
    "integrated_gradients", "gradient_shap",   "deeplift",      "saliency",
    "input_x_gradient",     "guided_backprop", "deconvolution", "lrp"};
static const char *const baselines[BASELINES] = {"raw_input", "sobel", "random"};

typedef struct plan {
    const char *directory;
    size_t seeds, images, explained, kept, side;
    bool matched;
    float *image, *truth, *map, *scratch; /* one image each */
} plan;

#define CHECK(call)                                               \
    do {                                                          \
        if ((call) != LB_OK) {                                    \
            fprintf(stderr, "make_study: %s\n", lb_last.message); \
            exit(1);                                              \
        }                                                         \
    } while (0)
static lb_error lb_last;

static char *
path_of(const plan *p, const char *name)
{
    char *path = lb_format(&lb_last, "%s/%s", p->directory, name);
    if (path == NULL) {
        exit(1);
    }
    return path;
}

static FILE *
open_text(const plan *p, const char *name)
{
    char *path = path_of(p, name);
    FILE *file = fopen(path, "w");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    lb_free(path);
    return file;
}

static void
close_text(FILE *file)
{
    if (fclose(file) != 0) {
        perror("make_study");
        exit(1);
    }
}

/* A number in [0, 1) that hangs on its keys alone. */
static double
draw(size_t a, size_t b, size_t c)
{
    lb_random random;
    lb_random_init(&random, 7 + c, LB_PURPOSE_TEST, (uint64_t)a << 32 | b);
    return lb_random_uniform(&random);
}

static int
lesions_of(size_t image)
{
    return 3 + (int)(image % 3);
}

/* A grey disc, in it as many discs (class 0) or crosses (class 1) as the image has lesions. */
static void
paint(const plan *p, size_t image)
{
    double side = (double)p->side, reach = side / 18;
    for (size_t i = 0; i < p->side * p->side; i++) {
        double y = (double)(i / p->side) / side - 0.5, x = (double)(i % p->side) / side - 0.5;
        double grey = hypot(x / 0.85, y) < 0.45 ? 0.4 + 0.1 * sin(20 * x) * cos(17 * y) : 0;
        p->truth[i] = 0;
        for (int k = 0; k < lesions_of(image); k++) {
            double angle = 6.28 * (k + draw(image, 1, 0)) / lesions_of(image);
            double dy = fabs(y - 0.27 * sin(angle)) * side, dx = fabs(x - 0.24 * cos(angle)) * side;
            bool in = image % 2 == 0 ? hypot(dx, dy) < reach
                                     : fmin(dx, dy) < reach / 2.2 && fmax(dx, dy) < 1.5 * reach;
            p->truth[i] = in ? 1 : p->truth[i];
        }
        p->image[i] = (float)(p->truth[i] > 0 ? 0.9 : grey);
    }
}

static void
paint_map(const plan *p, size_t image, size_t model, double skill)
{
    for (size_t i = 0; i < p->side * p->side; i++) {
        double noise = draw(image, i, model + 1);
        p->map[i] =
            (float)(noise * noise * (p->image[i] > 0 ? 1 : 0.1) + (p->truth[i] > 0 ? skill : 0));
    }
}

static void
write_dataset(const plan *p)
{
    static const char *const splits[] = {"train", "validation", "holdout"};
    lb_h5 *file = NULL;
    char *path = path_of(p, "dataset.h5");
    CHECK(lb_h5_create(&file, path, "dataset", 1, NULL, &lb_last));
    CHECK(lb_h5_set_text(file, "", "protocol", "reference", &lb_last));
    CHECK(lb_h5_set_text(file, "", "quirks", "box_artefact,round_not_shuffled", &lb_last));
    for (size_t s = 0; s < 3; s++) {
        size_t n = s == 2 ? p->images : 2, shape[] = {n, p->side, p->side};
        char name[32];
        uint8_t *bytes = lb_alloc(n, 1, &lb_last);
        int32_t *slices = lb_alloc(n, sizeof *slices, &lb_last);
        for (size_t k = 0; k < 2; k++) {
            snprintf(name, sizeof name, "%s/%s", splits[s], k == 0 ? "image" : "truth");
            CHECK(lb_h5_reserve(file, name, LB_F32, 3, shape, &lb_last));
            for (size_t i = 0; i < n && (s < 2 || i < p->kept + 24); i++) {
                paint(p, i);
                CHECK(lb_h5_write_rows(file, name, LB_F32, i, 1, k == 0 ? p->image : p->truth,
                                       &lb_last));
            }
        }
        for (size_t k = 0; k < 2; k++) {
            for (size_t i = 0; i < n; i++) {
                bytes[i] = (uint8_t)(k == 0 ? i % 2 : (size_t)lesions_of(i));
                slices[i] = (int32_t)i;
            }
            snprintf(name, sizeof name, "%s/%s", splits[s], k == 0 ? "label" : "lesion_count");
            CHECK(lb_h5_write(file, name, LB_U8, 1, &n, bytes, &lb_last));
        }
        snprintf(name, sizeof name, "%s/slice", splits[s]);
        CHECK(lb_h5_write(file, name, LB_I32, 1, &n, slices, &lb_last));
        lb_free(slices);
        lb_free(bytes);
    }
    CHECK(lb_h5_commit(file, &lb_last));
    lb_h5_close(file);
    lb_free(path);
}

/* Every sixth image is wrong for some model. */
static bool
is_wrong(size_t image, size_t model)
{
    return image % 6 == 5 && (image / 6 + model) % 4 == 0;
}

/* Maps of the first images that are right, and of two that are wrong. */
static void
write_maps(const plan *p, const char *name, const char *const *of, size_t count, size_t model,
           double skill)
{
    lb_h5 *file = NULL;
    char *path = path_of(p, name);
    int32_t *index = lb_alloc(p->kept + 24, sizeof *index, &lb_last);
    size_t kept = 0, wrong = 0;
    for (size_t i = 0; i < p->kept + 24; i++) {
        if (is_wrong(i, model) ? wrong++ < 2 : i % 6 != 5 && kept - wrong < p->kept) {
            index[kept++] = (int32_t)i;
        }
    }
    const size_t shape[] = {kept, p->side, p->side};
    CHECK(lb_h5_create(&file, path, "explanations", 1, NULL, &lb_last));
    CHECK(lb_h5_write(file, "index", LB_I32, 1, &kept, index, &lb_last));
    for (size_t m = 0; m < count; m++) {
        char member[64];
        snprintf(member, sizeof member, "%s/map", of[m]);
        CHECK(lb_h5_reserve(file, member, LB_F32, 3, shape, &lb_last));
        for (size_t i = 0; i < kept; i++) {
            paint(p, (size_t)index[i]);
            paint_map(p, (size_t)index[i], model, skill * (1 - 0.08 * (double)m));
            CHECK(lb_h5_write_rows(file, member, LB_F32, i, 1, p->map, &lb_last));
        }
    }
    CHECK(lb_h5_commit(file, &lb_last));
    lb_h5_close(file);
    lb_free(index);
    lb_free(path);
}

static void
write_predictions(const plan *p, const char *name, size_t model)
{
    lb_h5 *file = NULL;
    char *path = path_of(p, name);
    float *logits = lb_alloc(p->images, 2 * sizeof *logits, &lb_last);
    uint8_t *predicted = lb_alloc(p->images, 1, &lb_last);
    for (size_t i = 0; i < p->images; i++) {
        size_t class = is_wrong(i, model) ? 1 - i % 2 : i % 2;
        predicted[i] = (uint8_t)class;
        logits[2 * i + class] = 1 + (float)(i % 5);
    }
    const size_t shape[] = {p->images, 2};
    CHECK(lb_h5_create(&file, path, "predictions", 1, NULL, &lb_last));
    CHECK(lb_h5_write(file, "logits", LB_F32, 2, shape, logits, &lb_last));
    CHECK(lb_h5_write(file, "predicted", LB_U8, 1, shape, predicted, &lb_last));
    CHECK(lb_h5_commit(file, &lb_last));
    lb_h5_close(file);
    lb_free(predicted);
    lb_free(logits);
    lb_free(path);
}

/* The tables under way. */
typedef struct tables {
    FILE *classification, *explanation, *scores;
    double *tpr;
} tables;

static const char *
condition_name(size_t condition)
{
    return condition == 0 ? "best" : "matched";
}

/* Rows of one model and method, by its own name, over one selection. */
static void
write_scores(const plan *p, tables *t, const char *who, size_t model, const char *method, size_t m,
             double median, bool wrong, size_t condition)
{
    size_t n = 0, truth = p->side * p->side / 40, pixels = p->side * p->side;
    const char *chosen = wrong ? "wrong" : "correct";
    for (size_t i = 0; i < p->explained; i++) {
        if (wrong ? !is_wrong(i, model) : i % 6 == 5) {
            continue;
        }
        double tpr = fmin(1, fmax(0, median + 0.3 * (draw(i, model * 64 + m, 99) - 0.5)));
        size_t tp = (size_t)(tpr * (double)truth), fp = truth - tp;
        tpr = (double)tp / (double)truth;
        double tnr = 1 - (double)fp / (double)(pixels - truth);
        t->tpr[n++] = tpr;
        fprintf(t->scores,
                "%zu,%zu,%d,%s,%s,%s,%zu,%zu,%zu,%zu,%.9g,%.9g,%.9g,%s,%zu,%.9g,%.9g,%.9g,0,%.9g,"
                "%zu,%d\n",
                i, i % 2, lesions_of(i), who, method, chosen, tp, pixels - truth - fp, fp, fp, tpr,
                tnr, tpr, condition_name(condition), i / 4, 0.01 * draw(i, m, 3), draw(i, m, 4),
                draw(i, m, 4) + 0.01, 0.4, i % 4, 50);
    }
    if (n > 0) {
        fprintf(t->explanation, "%s,%s,%s,%zu,%.9g,%.9g,%.9g,%.9g,0.99,0.98,0.995,%.9g,%s\n", who,
                method, chosen, n, 0.5 + median / 2, lb_quantile(t->tpr, n, 0.5),
                lb_quantile(t->tpr, n, 0.25), lb_quantile(t->tpr, n, 0.75), 1.0 / 40,
                condition_name(condition));
    }
}

static void
write_history(const plan *p, const char *name, size_t model)
{
    FILE *file = open_text(p, name);
    fputs(
        "epoch,learning_rate,train_loss,train_accuracy,validation_loss,validation_accuracy,kept\n",
        file);
    for (int epoch = 1; epoch <= 8; epoch++) {
        double rise = 1 - exp(-0.4 * epoch) * (1 + 0.1 * draw(model, (size_t)epoch, 8));
        fprintf(file, "%d,0.01,%.4f,%.4f,%.4f,%.4f,%d\n", epoch, 0.75 - 0.6 * rise,
                0.5 + 0.45 * rise, 0.8 - 0.55 * rise, 0.48 + 0.44 * rise, epoch == 7);
    }
    close_text(file);
}

static void
make_folder(const plan *p, const char *name)
{
    char *path = path_of(p, name);
    CHECK(lb_make_directories(path, &lb_last));
    lb_free(path);
}

static void
write_model(const plan *p, tables *t, size_t corpus, size_t degree, size_t seed, size_t condition)
{
    const char *suffix = condition == 0 ? "" : "_matched";
    size_t model = (corpus * DEGREES + degree) * p->seeds + seed;
    double skill = 0.15 + 0.1 * (double)degree + (corpus == 0 ? 0.06 : 0);
    char stem[64], who[64], name[160];
    snprintf(stem, sizeof stem, "%s_degree_%s_seed_%zu%s", corpora[corpus], degrees[degree], seed,
             suffix);
    snprintf(who, sizeof who, "%s,%s,%zu", corpora[corpus], degrees[degree], seed);
    fprintf(t->classification, "%s,holdout,%zu,%.4f,%.4f,%.4f,0.9,0.92,0.91,0.82,0.01,8,7,%s,%s\n",
            who, p->images, 0.6 + skill / 2, 0.7 + skill / 2, 0.69 + skill / 2,
            condition_name(condition), condition == 0 ? "" : "0.8");
    for (size_t m = 0; m < METHODS; m++) {
        double median = skill * (1 - 0.08 * (double)m);
        write_scores(p, t, who, model, methods[m], m, median, false, condition);
        write_scores(p, t, who, model, methods[m], m, 0.6 * median, true, condition);
    }
    snprintf(name, sizeof name, "explanations/%s.h5", stem);
    write_maps(p, name, methods, METHODS, model, skill);
    snprintf(name, sizeof name, "predictions/%s.h5", stem);
    write_predictions(p, name, model);
    snprintf(name, sizeof name, "models/%s/degree_%s_seed_%zu%s", corpora[corpus], degrees[degree],
             seed, suffix);
    make_folder(p, name);
    snprintf(name, sizeof name, "models/%s/degree_%s_seed_%zu%s/history.csv", corpora[corpus],
             degrees[degree], seed, suffix);
    write_history(p, name, model);
}

static void
write_others(const plan *p, tables *t, size_t condition)
{
    char name[64];
    for (size_t m = 0; m < METHODS; m++) {
        write_scores(p, t, "untrained,none,0", 900, methods[m], m, 0.12, false, condition);
    }
    for (size_t m = 0; m < BASELINES; m++) {
        write_scores(p, t, "baseline,none,0", 901, baselines[m], m, 0.4 / (1 + 5 * (double)m),
                     false, condition);
    }
    snprintf(name, sizeof name, "explanations/untrained%s.h5", condition == 0 ? "" : "_matched");
    write_maps(p, name, methods, METHODS, 900, 0.05);
    snprintf(name, sizeof name, "explanations/baseline%s.h5", condition == 0 ? "" : "_matched");
    write_maps(p, name, baselines, BASELINES, 901, 0.6);
}

static void
write_tables(const plan *p)
{
    tables t = {open_text(p, "tables/classification.csv"), open_text(p, "tables/explanation.csv"),
                open_text(p, "tables/scores.csv"),
                lb_alloc(p->explained, sizeof(double), &lb_last)};
    fputs("corpus,degree,seed,split,images,accuracy,auroc,auprc,sensitivity,specificity,"
          "balanced_accuracy,mcc,learning_rate,epochs,kept_epoch,condition,target_accuracy\n",
          t.classification);
    fputs("corpus,degree,seed,method,selection,images,accuracy,tpr_median,tpr_q1,tpr_q3,tnr_median,"
          "tnr_q1,tnr_q3,chance,condition\n",
          t.explanation);
    fputs("image,label,lesion_count,corpus,degree,seed,method,selection,tp,tn,fp,fn,tpr,tnr,"
          "precision,condition,subject,completeness_error,attribution_sum,promised_sum,nan_share,"
          "zero_share,ties,steps_used\n",
          t.scores);
    for (size_t condition = 0; condition < (p->matched ? 2u : 1u); condition++) {
        for (size_t corpus = 0; corpus < CORPORA; corpus++) {
            for (size_t degree = 0; degree < DEGREES; degree++) {
                for (size_t seed = 0; seed < p->seeds; seed++) {
                    write_model(p, &t, corpus, degree, seed, condition);
                }
            }
        }
        write_others(p, &t, condition);
    }
    close_text(t.classification);
    close_text(t.explanation);
    close_text(t.scores);
    lb_free(t.tpr);
}

int
main(int argc, char **argv)
{
    plan p = {.seeds = 1, .images = 60, .explained = 60, .kept = 4, .side = 48};
    for (int i = 2; i < argc; i++) {
        const char *const names[] = {"--seeds", "--images", "--explained", "--kept", "--side"};
        size_t *const places[] = {&p.seeds, &p.images, &p.explained, &p.kept, &p.side};
        for (size_t k = 0; k < 5 && i + 1 < argc; k++) {
            if (strcmp(argv[i], names[k]) == 0) {
                *places[k] = strtoul(argv[i + 1], NULL, 10);
            }
        }
        p.matched = p.matched || strcmp(argv[i], "--matched") == 0;
    }
    if (argc < 2 || p.explained > p.images || p.kept + 24 > p.images) {
        fputs("usage: make_study DIR [--seeds N] [--images N] [--explained N] [--kept N] [--side N]"
              " [--matched]\n",
              stderr);
        return 2;
    }
    p.directory = argv[1];
    float **const buffers[] = {&p.image, &p.truth, &p.map, &p.scratch};
    for (size_t k = 0; k < 4; k++) {
        *buffers[k] = lb_alloc(p.side * p.side, sizeof(float), &lb_last);
    }
    make_folder(&p, "tables");
    make_folder(&p, "explanations");
    make_folder(&p, "predictions");
    write_dataset(&p);
    write_tables(&p);
    FILE *study = open_text(&p, "study.yaml");
    fputs("# made up\nfinetuning:\n  seeds: [0]\n", study);
    close_text(study);
    FILE *manifest = open_text(&p, "manifest.json");
    fputs(
        "{\"version\": \"0.1.0\", \"seconds\": 12.5, \"peak_memory_bytes\": 150000000, \"stages\": "
        "[{\"name\": \"dataset\", \"seconds\": 3.25, \"skipped\": false}, {\"name\": \"tables\", "
        "\"seconds\": 11, \"skipped\": true}]}\n",
        manifest);
    close_text(manifest);
    for (size_t k = 0; k < 4; k++) {
        lb_free(*buffers[k]);
    }
    return 0;
}
