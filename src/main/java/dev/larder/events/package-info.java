/// What has happened, for whoever follows along: the last events, numbered, in memory.
@NullMarked
package dev.larder.events;

import org.jspecify.annotations.NullMarked;
