/* SPDX-License-Identifier: MIT */
#include "cli.h"

#include <string.h>

#include "lesionbench/paths.h"
#include "lesionbench/pipeline.h"
#include "outcome.h"

typedef struct options {
    lb_pretrain_job job;
    size_t task, architecture;
    const char *corpus, *history, *output;
} options;

static const lb_setting ROWS[] = {
    {"task", LB_SETTING_CHOICE, offsetof(options, task), 0, 0,
     "sex of the slices' subjects, classes of images, or none: the weights of --from as they are",
     LB_TASKS},
    OPT_ROW(options, "slices", job.slices, LB_SETTING_TEXT, "slices.h5, for --task sex"),
    OPT_ROW(options, "data", job.data, LB_SETTING_TEXT,
            "dataset.h5 whose split of the subjects, size and brain intensity are taken"),
    OPT_ROW(options, "images", job.images, LB_SETTING_TEXT,
            "IDX file, or a folder with a folder of PNG and JPEG pictures for each class"),
    OPT_ROW(options, "labels", job.labels, LB_SETTING_TEXT,
            "IDX file of classes; of a folder without classes, a CSV file: file,label"),
    OPT_ROW(options, "limit", job.limit, LB_SETTING_SIZE, "images of --images at most; 0 all"),
    OPT_ROW(options, "from", job.from, LB_SETTING_TEXT, "model that training starts from"),
    OPT_ROW(options, "corpus", corpus, LB_SETTING_TEXT,
            "name to record; mri, natural or given if absent"),
    {"arch", LB_SETTING_CHOICE, offsetof(options, architecture), 0, 0,
     "vgg11, 13, 16 or 19; that of --from if it is given", lb_architecture_names},
    {"width", LB_SETTING_REAL, offsetof(options, job.width), 0.01, 4,
     "factor of channels and hidden units; that of --from if it is given", NULL},
    OPT_ROW(options, "history", history, LB_SETTING_TEXT, "training curve to write (CSV)"),
    OPT_ROW(options, "output", output, LB_SETTING_TEXT, "model.safetensors to write"),
};

static const char HELP[] =
    "With --data, --task sex keeps to a dataset's split: it never trains on a subject of the "
    "holdout,\nand it validates on the subjects of the validation split. Without --data the split "
    "is the one\nthat 'compose' makes of the same slices for the same --train, --validation, "
    "--holdout and\n--split-seed. With --from, training goes on from the weights of a model of any "
    "format that\n'convert' reads; its last layer is replaced where the task has another number of "
    "classes.";

/* What `compose` was given, so that pre-training keeps to its split. */
static const lb_setting SPLIT_ROWS[] = {
    OPT_ROW(lb_compose_options, "size", size, LB_SETTING_SIZE, "side of the network's input"),
    OPT_ROW(lb_compose_options, "train", images[LB_TRAIN], LB_SETTING_SIZE, "as for compose"),
    OPT_ROW(lb_compose_options, "validation", images[LB_VALIDATION], LB_SETTING_SIZE,
            "as for compose"),
    OPT_ROW(lb_compose_options, "holdout", images[LB_HOLDOUT], LB_SETTING_SIZE, "as for compose"),
    {"split_seed", LB_SETTING_U64, offsetof(lb_compose_options, seed), 0, 0x1p64,
     "compose's --seed", NULL},
    {"brain_intensity", LB_SETTING_REAL, offsetof(lb_compose_options, brain_intensity), 0.01, 1,
     "as for compose", NULL},
};

/* What each task reads. */
static lb_status
check_task(cli *self, const lb_pretrain_job *job, const char *history, lb_error *err)
{
    lb_status status = LB_OK;
    bool folder = false;
    switch (job->task) {
    case LB_TASK_SEX:
        LB_TRY(opt_need(self, job->slices, "--slices (or --images with --labels)", err));
        break;
    case LB_TASK_CLASSES:
        LB_TRY(opt_need(self, job->images, "--images", err));
        LB_TRY(lb_path_is_folder(&folder, job->images, err));
        if (!folder) {
            LB_TRY(opt_need(self, job->labels, "--labels (or --images with a folder)", err));
        }
        if (job->slices != NULL || job->data != NULL) {
            LB_TRY(opt_wrong(self, err, "--%s and --images do not go together",
                             job->slices != NULL ? "slices" : "data"));
        }
        break;
    case LB_TASK_NONE:
        LB_TRY(opt_need(self, job->from, "--from", err));
        if (job->slices != NULL || job->data != NULL || job->images != NULL || history != NULL) {
            LB_TRY(opt_wrong(self, err,
                             "--task none trains nothing: it takes no --slices, --data, "
                             "--images or --history"));
        }
        break;
    }
cleanup:
    return status;
}

static lb_status
check_size(cli *self, const lb_pretrain_job *job, lb_error *err)
{
    if (job->compose.size < 32 || job->compose.size > 1024) {
        return opt_wrong(self, err, "--size: %zu is not within 32 and 1024", job->compose.size);
    }
    return LB_OK;
}

static lb_status
check(cli *self, options *given, lb_error *err)
{
    static const char *const CORPORA[] = {"mri", "natural", "given"};
    lb_status status = LB_OK;
    LB_TRY(opt_need(self, given->output, "-o", err));
    LB_TRY(check_size(self, &given->job, err));
    bool images = given->job.images != NULL && given->task == LB_TASK_SEX;
    given->job.task = images ? LB_TASK_CLASSES : (lb_task)given->task;
    LB_TRY(check_task(self, &given->job, given->history, err));
    given->job.corpus = given->corpus != NULL ? given->corpus : CORPORA[given->job.task];
    given->job.architecture = lb_architecture_names[given->architecture];
cleanup:
    return status;
}

/* Takes the split, and what is not given of the images, from the dataset. */
static lb_status
take_dataset(cli *self, lb_pretrain_job *job, int argc, char **argv, lb_error *err)
{
    static const char *const SPLIT[] = {"--train", "--validation", "--holdout", "--split-seed"};
    lb_status status = LB_OK;
    lb_compose_options dataset;
    char *quirks = NULL;
    for (size_t i = 0; i < sizeof SPLIT / sizeof *SPLIT; i++) {
        if (opt_given(argc, argv, SPLIT[i])) {
            LB_TRY(opt_wrong(self, err, "%s: the split is that of --data", SPLIT[i]));
        }
    }
    LB_TRY(lb_compose_options_read(&dataset, &quirks, job->data, err));
    lb_compose_options *own = &job->compose;
    own->size = opt_given(argc, argv, "--size") ? own->size : dataset.size;
    own->brain_intensity =
        opt_given(argc, argv, "--brain-intensity") ? own->brain_intensity : dataset.brain_intensity;
    own->seed = dataset.seed;
    for (int split = 0; split < LB_SPLITS; split++) {
        own->images[split] = dataset.images[split];
    }
cleanup:
    lb_free(quirks);
    return status;
}

lb_status
cmd_pretrain(cli *self, int argc, char **argv, lb_error *err)
{
    lb_status status = LB_OK;
    size_t operands = 0;
    lb_training_outcome outcome = {0};
    options given = {
        .task = LB_TASK_SEX, .architecture = LB_DEFAULT_ARCHITECTURE, .job = {.width = 1}};
    lb_training_defaults(&given.job.training);
    lb_compose_defaults(&given.job.compose);
    const opt_spec spec = {.usage =
                               "lesionbench pretrain --task sex --slices slices.h5 [--data "
                               "dataset.h5] | --images FOLDER | --images IDX "
                               "--labels IDX\n       [--from MODEL] [options] -o model.safetensors",
                           .help = HELP,
                           .groups = {{LB_SETTING_TABLE(ROWS), &given},
                                      {LB_SETTING_TABLE(SPLIT_ROWS), &given.job.compose},
                                      {lb_training_settings(), &given.job.training}}};
    LB_TRY(opt_parse(&operands, self, &spec, argc, argv, err));
    if (self->help) {
        return LB_OK;
    }
    LB_TRY(check(self, &given, err));
    if (given.job.from != NULL &&
        (opt_given(argc, argv, "--arch") || opt_given(argc, argv, "--width"))) {
        LB_TRY(opt_wrong(self, err, "--arch and --width are those of --from"));
    }
    given.job.outcome = &outcome;
    if (given.job.data != NULL) {
        LB_TRY(take_dataset(self, &given.job, argc, argv, err));
        LB_TRY(check_size(self, &given.job, err));
    }
    cli_note_ignored(self, given.job.from);
    LB_TRY(lb_pretrain(&given.job, given.output, given.history, &self->context, err));
    outcome_training(self, given.output, &outcome);
    if (given.job.task == LB_TASK_SEX && given.job.data == NULL) {
        cli_note(self,
                 "%s: the subjects were split without a dataset, so those of its holdout may be "
                 "among them: --data dataset.h5 keeps them out",
                 given.output);
    }
cleanup:
    return status;
}
