import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { Link, useLocation } from "react-router";

import { asProblem } from "@/data/client";
import { curlOf, type Endpoint, endpoints, type OpenApi, refName, type Schema, typeWords } from "@/data/openapi";
import { openApiQuery } from "@/data/queries";
import { CopyButton } from "@/kit/copy-button";
import { ProblemNotice } from "@/kit/problem-notice";
import { useUrlValue } from "@/kit/url-state";

import "./portal.css";
import "./upload.css";
import "./docs-page.css";

/** The reference of the HTTP interface, from its own OpenAPI document. */
export function DocsPage() {
  const api = useQuery(openApiQuery);
  return (
    <div className="stack docs">
      <title>API · Industriverse</title>
      <p>
        <Link to="/" className="back">
          Start
        </Link>
      </p>
      <h1>API reference</h1>
      {api.isPending && <div className="skeleton skeleton-panel" role="status" aria-label="Loading the reference" />}
      {api.isError && (
        <ProblemNotice doing="The reference could not be loaded." problem={asProblem(api.error)} onRetry={() => void api.refetch()} />
      )}
      {api.isSuccess && <Reference api={api.data} />}
    </div>
  );
}

function Reference({ api }: { api: OpenApi }) {
  const [wanted, want] = useUrlValue("find");
  const { hash } = useLocation();
  const text = (wanted ?? "").toLowerCase();
  const shown = endpoints(api).filter((each) => `${each.method} ${each.path} ${each.operation.summary ?? ""}`.toLowerCase().includes(text));
  const schemas = Object.entries(api.components?.schemas ?? {}).filter(([name]) => text === "" || name.toLowerCase().includes(text));

  useEffect(() => {
    if (hash) document.getElementById(decodeURIComponent(hash.slice(1)))?.scrollIntoView();
  }, [hash]);

  return (
    <>
      <p className="muted">{api.info.description}</p>
      <div className="row">
        <label className="field docs-find">
          <span>Find an operation or a schema</span>
          <input type="text" value={wanted ?? ""} onChange={(event) => want(event.target.value, { replace: true })} spellCheck={false} />
        </label>
        <a href="/openapi.json" className="button" download="openapi.json">
          OpenAPI {api.info.version}
        </a>
      </div>
      {shown.length + schemas.length === 0 && <p className="empty">Nothing here is called “{wanted}”. Shorten the word.</p>}
      {shown.map((each) => (
        <Operation key={each.id} endpoint={each} />
      ))}
      {schemas.length > 0 && <h2>Schemas</h2>}
      {schemas.map(([name, schema]) => (
        <section key={name} id={`schema-${name}`} className="stack-small" aria-labelledby={`schema-${name}-name`}>
          <h3 id={`schema-${name}-name`}>{name}</h3>
          {schema.description && <p className="muted">{schema.description}</p>}
          <Fields schema={schema} />
        </section>
      ))}
    </>
  );
}

function Operation({ endpoint }: { endpoint: Endpoint }) {
  const { id, method, path, operation } = endpoint;
  const command = curlOf(endpoint, location.origin);
  const parameters = operation.parameters ?? [];
  return (
    <section id={id} className="stack-small operation" aria-labelledby={`${id}-name`}>
      <h2 id={`${id}-name`}>
        <a href={`#${id}`} className="operation-link">
          <span className={`method ${method}`}>{method.toUpperCase()}</span> <code className="wrap">{path}</code>
        </a>
      </h2>
      <p>{operation.summary}</p>
      {operation.description && operation.description !== operation.summary && <p className="muted">{operation.description}</p>}
      {parameters.length > 0 && (
        <dl className="facts">
          {parameters.map((each) => (
            <div key={`${each.in} ${each.name}`} className="contents">
              <dt>
                <code>{each.name}</code>
              </dt>
              <dd>
                {typeWords(each.schema)}, in the {each.in}
                {each.required ? "" : ", optional"}. {each.description}
              </dd>
            </div>
          ))}
        </dl>
      )}
      {Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => (
        <div key={type} className="stack-small">
          <p>
            Body, <code>{type}</code>: <TypeLink schema={schema} />
          </p>
          {schema?.properties && <Fields schema={schema} />}
        </div>
      ))}
      <ul className="plain answers">
        {Object.entries(operation.responses).map(([status, answer]) => (
          <li key={status}>
            <code>{status}</code> {answer.description}{" "}
            {Object.entries(answer.content ?? {}).map(([type, { schema }]) => (
              <span key={type} className="muted small">
                {type} <TypeLink schema={schema} />{" "}
              </span>
            ))}
          </li>
        ))}
      </ul>
      <div className="row between command">
        <pre className="snippet" tabIndex={0} role="region" aria-label={`curl for ${method} ${path}`}>
          {command}
        </pre>
        <CopyButton text={command} label={`Copy curl for ${method} ${path}`} />
      </div>
    </section>
  );
}

function TypeLink({ schema }: { schema: Schema | undefined }) {
  if (schema?.$ref) return <a href={`#schema-${refName(schema.$ref)}`}>{refName(schema.$ref)}</a>;
  return <>{typeWords(schema)}</>;
}

function Fields({ schema }: { schema: Schema }) {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return <p className="small">{typeWords(schema)}</p>;
  return (
    <dl className="facts">
      {fields.map(([name, field]) => (
        <div key={name} className="contents">
          <dt>
            <code>{name}</code>
          </dt>
          <dd>
            <TypeLink schema={field} />
            {schema.required?.includes(name) ? "" : ", optional"}
            {field.description && <span className="muted">. {field.description}</span>}
          </dd>
        </div>
      ))}
    </dl>
  );
}
