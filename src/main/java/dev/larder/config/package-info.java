/// Reading `larder.toml`: typed values with the place they came from, and errors that point at it.
/// Knows no key of its own; features own theirs as records.
@NullMarked
package dev.larder.config;

import org.jspecify.annotations.NullMarked;
