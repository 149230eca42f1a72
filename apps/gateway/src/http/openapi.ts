import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** The API's description at /api/v2/openapi.json, and a page to try it on at /api/v2/docs. */
export function serveOpenApi(app: NestFastifyApplication): void {
  const document = SwaggerModule.createDocument(
    app,
    new DocumentBuilder().setTitle('Bespoke executor').setVersion('2').build(),
  );
  SwaggerModule.setup('api/v2/docs', app, document, { jsonDocumentUrl: 'api/v2/openapi.json' });
}
