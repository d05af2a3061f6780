/// Who may use the console: tokens and their scopes, who asks, what they did. Knows nothing of
/// HTTP, and of repositories only that they have names.
@NullMarked
package dev.larder.access;

import org.jspecify.annotations.NullMarked;
