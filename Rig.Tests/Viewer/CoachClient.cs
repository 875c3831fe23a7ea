using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Rig.Tests.Viewer;

/// <summary>Requests that change something, as a page of the viewer sends them: with its form's token.</summary>
internal static class CoachClient
{
    public static async Task<HttpResponseMessage> PostChangeAsync(this HttpClient person, string path, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Add("RequestVerificationToken", await ViewerServer.FormTokenAsync(person, "/"));
        return await person.SendAsync(request);
    }

    public static async Task<JsonElement> ChangeAsync(this HttpClient person, string path, object? body)
    {
        using var answer = await person.PostChangeAsync(path, body);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{path} answered {(int)answer.StatusCode} {text}");
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    public static async Task<JsonElement> ReadAsync(this HttpClient person, string path) => JsonSerializer.Deserialize<JsonElement>(await person.GetStringAsync(path));

    /// <summary>What a refusal says.</summary>
    public static async Task<string> ErrorAsync(this HttpResponseMessage answer)
    {
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        return JsonSerializer.Deserialize<JsonElement>(await answer.Content.ReadAsStringAsync()).GetProperty("error").GetString()!;
    }
}
