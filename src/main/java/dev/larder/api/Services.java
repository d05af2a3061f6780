package dev.larder.api;

import dev.larder.access.Access;
import dev.larder.repo.Repositories;

/// What the console's API is about.
///
/// @param operations the server and its mirrors
/// @param access who may do what
/// @param repositories those of our own
/// @param keys what signs them
public record Services(
    Operations operations, Access access, Repositories repositories, KeyOperations keys) {}
