// Shows an OpenAPI document: the one that the page names. In a file of its own, so that pages need no inline script.
SwaggerUIBundle({
  url: document.querySelector("#reference").dataset.document,
  dom_id: "#reference",
  deepLinking: true,
  presets: [SwaggerUIBundle.presets.apis],
  validatorUrl: null,
});
