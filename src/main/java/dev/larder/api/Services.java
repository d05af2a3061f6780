package dev.larder.api;

import dev.larder.access.Access;
import dev.larder.events.EventLog;
import dev.larder.repo.Repositories;

/// What the console's API is about.
///
/// @param operations the server and its mirrors
/// @param access who may do what
/// @param repositories those of our own
/// @param keys what signs them
/// @param events what happens; following it ends with the console
public record Services(
    Operations operations,
    Access access,
    Repositories repositories,
    KeyOperations keys,
    EventLog events) {}
