/**
 * Cases by the list, as a work for the store thread (see model.h): each row as model_case_open() would open it, all in one transaction.
 */
#pragma once

#include "store-connection.h"

/** {rows: [{row, case_number, … | problem}], now} → {opened, there, refused, rows: [{row, case_number, state: opened|there|refused, case, problem}]} */
json_t *model_case_import(StoreConnection *db, json_t *input, GError **error);
