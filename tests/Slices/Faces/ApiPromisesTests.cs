using System.Text.Json;
using Stoa.TestSupport.Answers;
using Xunit;

namespace Slices.Faces;

/// <summary>The comparison of answers with the document sees each way in which they can differ.</summary>
public sealed class ApiPromisesTests
{
    private const string Document = """
        {
          "paths": { "/things/{id}": { "get": { "responses": {
            "200": { "content": { "application/json": { "schema": { "$ref": "#/components/schemas/Thing" } } } },
            "204": { "description": "nothing" },
            "404": { "$ref": "#/components/responses/Absent" } } } } },
          "components": {
            "schemas": { "Thing": { "type": "object", "required": ["id"], "properties": {
              "id": { "type": ["integer", "string"] }, "name": { "type": ["null", "string"] },
              "parts": { "type": "array", "items": { "anyOf": [{ "type": "null" }, { "$ref": "#/components/schemas/Thing" }] } },
              "counts": { "type": "object", "additionalProperties": { "type": "integer" } } } } },
            "responses": { "Absent": { "content": { "application/problem+json": { "schema": {}, "examples": { "thing.not_found": {} } } } } } }
        }
        """;

    [Theory]
    [InlineData("/things/{id}", 200, "application/json", null, """{"id":"integer"}""", null)]
    [InlineData("/things/{id}", 200, "application/json", null, """{"id":"string","name":"null","parts":["null",{"id":"integer"}],"counts":{"a":"integer"}}""", null)]
    [InlineData("/things/{id}", 204, "", null, null, null)]
    [InlineData("/things/{id}", 404, "application/problem+json", "thing.not_found", """{"code":"string"}""", null)]
    [InlineData("/others", 200, "application/json", null, null, "is not in the document")]
    [InlineData("/things/{id}", 403, "application/problem+json", "auth.forbidden", null, "403 auth.forbidden is not documented")]
    [InlineData("/things/{id}", 404, "application/problem+json", "route.not_found", null, "404 route.not_found is not documented")]
    [InlineData("/things/{id}", 200, "text/plain", null, null, "200 as text/plain is not documented")]
    [InlineData("/things/{id}", 204, "application/json", null, """{"id":"integer"}""", "204 as application/json is not documented")]
    [InlineData("/things/{id}", 200, "application/json", null, """{"name":"string"}""", ".id is documented as required and was not there")]
    [InlineData("/things/{id}", 200, "application/json", null, """{"id":"integer","more":"string"}""", ".more is not documented")]
    [InlineData("/things/{id}", 200, "application/json", null, """{"id":"boolean"}""", ".id is boolean, which is not documented")]
    [InlineData("/things/{id}", 200, "application/json", null, """["string"]""", "is array, which is not documented")]
    [InlineData("/things/{id}", 200, "application/json", null, """{"id":"integer","parts":[{"id":"integer"},{"id":"null"}]}""", ".parts[].id is null, which is not documented")]
    [InlineData("/things/{id}", 200, "application/json", null, """{"id":"integer","counts":{"a":"string"}}""", ".counts.* is string, which is not documented")]
    public void What_the_document_does_not_tell_is_said(string path, int status, string type, string? code, string? body, string? expected)
    {
        var promises = new ApiPromises(JsonDocument.Parse(Document).RootElement);

        var missing = promises.WhatIsMissing(new("GET", path, status, type, code), body is null ? [] : [body]).ToList();

        if (expected is null)
            Assert.Empty(missing);
        else
            Assert.EndsWith(expected, Assert.Single(missing), StringComparison.Ordinal);
    }
}
