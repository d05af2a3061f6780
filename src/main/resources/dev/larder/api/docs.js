"use strict";

// Swagger UI is dark where its root element has this class; it does not look by itself.
const dark = window.matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();

SwaggerUIBundle({
  url: "/api/v1/openapi.json",
  domNode: document.getElementById("document"),
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  showExtensions: true,
  defaultModelsExpandDepth: 0,
  // A token is forgotten when the page is left.
  persistAuthorization: false,
  // Else it would ask a server on the internet about the document.
  validatorUrl: null,
});
