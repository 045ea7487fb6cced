#ifndef VEDETTE_BASE_TEMPLATE_BUILTINS_H_
#define VEDETTE_BASE_TEMPLATE_BUILTINS_H_

#include "base/template/template.h"

namespace vedette::base::tmpl {

// The functions every template has: and or not eq ne lt le gt ge len index slice print printf
// println html js urlquery. `and` and `or` are here for their names; the executor evaluates them
// itself, argument by argument.
const Functions& Builtins();

}  // namespace vedette::base::tmpl

#endif  // VEDETTE_BASE_TEMPLATE_BUILTINS_H_
