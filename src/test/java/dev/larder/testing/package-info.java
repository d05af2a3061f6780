/// Real parts for tests: servers, clients and repositories that behave as the ones outside do, and
/// one that misbehaves on command.
@NullMarked
package dev.larder.testing;

import org.jspecify.annotations.NullMarked;
