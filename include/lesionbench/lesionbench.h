/* SPDX-License-Identifier: MIT */
/* Includes all public headers. docs/api.md says what is in which header, who owns what, and what
 * several threads may call at once. */
#ifndef LESIONBENCH_LESIONBENCH_H
#define LESIONBENCH_LESIONBENCH_H

#include "lesionbench/array.h"
#include "lesionbench/base.h"
#include "lesionbench/dataset.h"
#include "lesionbench/explain.h"
#include "lesionbench/method.h"
#include "lesionbench/metrics.h"
#include "lesionbench/network.h"
#include "lesionbench/npy.h"
#include "lesionbench/predictions.h"
#include "lesionbench/score.h"
#include "lesionbench/statistics.h"
#include "lesionbench/study.h"
#include "lesionbench/training.h"
#include "lesionbench/transport.h"
#include "lesionbench/version.h"

#endif
