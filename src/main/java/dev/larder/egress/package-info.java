/// Everything HTTP that Larder fetches: source addresses, name resolution, redirect policy, limits.
/// Must not know what is fetched or why.
@NullMarked
package dev.larder.egress;

import org.jspecify.annotations.NullMarked;
